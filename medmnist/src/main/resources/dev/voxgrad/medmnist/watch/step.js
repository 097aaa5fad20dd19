const head = data.head;
const frames = data.frames;
const PHASES = {BATCH: 'batch', FORWARD: 'forward', BACKWARD: 'backward', UPDATE: 'update', END: 'end'};
const WORDS = {BATCH: 'the batch', FORWARD: 'forward', BACKWARD: 'backward', UPDATE: 'update', END: 'the end'};
const KINDS = [[/conv/i, '#3b82c4'], [/norm/i, '#12a594'], [/relu/i, '#e0a100'], [/pool/i, '#8e6bd8'],
  [/linear/, '#d6609a'], [/entropy|bce|loss/i, '#e5484d']];
const PLAY_MS = 900;
const by = id => document.getElementById(id);
let current = -1;
let playing = 0;

by('title').textContent = `One training step of ${head.net}`;
by('about').textContent = `${head.batch} of ${head.data}${head.synthetic ? ' (SYNTHETIC)' : ''} · seed ${head.seed} · `
    + `${head.parameters.toLocaleString('en')} parameters · ${head.device} · ${short(head.milliseconds)} ms per step`;
by('loss').textContent = `loss ${head.loss.toFixed(4)} → ${head.lossAfter.toFixed(4)}`;

// ---- the graph

const svg = make('svg:svg', {role: 'img', 'aria-label': 'Graph of the operations'});
const edgeElements = data.routes.map(route => make('svg:path', {class: 'edge', d: curve(route.points)}));
const nodeElements = data.nodes.map(drawNode);
svg.append(...edgeElements, ...nodeElements);
by('graph').prepend(svg);

function curve(points) {
  let path = `M${points[0]} ${points[1]}`;
  for (let i = 2; i < points.length; i += 2) {
    const middle = (points[i - 1] + points[i + 1]) / 2;
    path += `C${points[i - 2]} ${middle} ${points[i]} ${middle} ${points[i]} ${points[i + 1]}`;
  }
  return path;
}

function shapeWords(shape) {
  return shape.replace(/[[\]]/g, '').split(',').join('×') || 'scalar';
}

function fit(text, letters) {
  return text.length > letters ? '…' + text.slice(1 - letters) : text;
}

/** Returns whether a node has a picture: an operation's result, or the volumes. */
function isLarge(node) {
  return node.kind === 'operation' || node.width > 120;
}

function drawNode(node) {
  const operation = isLarge(node);
  const kind = KINDS.find(([pattern]) => pattern.test(node.name));
  const group = make('svg:g', {class: `node ${node.kind}`, transform: `translate(${node.x} ${node.y})`,
    '--kind': kind ? kind[1] : '#8a94a0', on: {click: () => visit(node.id)}},
      make('svg:title', {}, `${node.layer} ${node.name} ${shapeWords(node.shape)}`.trim()),
      make('svg:rect', {class: 'box', width: node.width, height: node.height, rx: operation ? 10 : 14}));
  if (operation) {
    group.append(make('svg:rect', {class: 'stripe', x: 0, y: 12, width: 4, height: node.height - 24, rx: 2}),
        make('svg:rect', {class: 'well', x: 10, y: 8, width: 48, height: 48, rx: 5}),
        make('svg:text', {class: 'well-text', x: 34, y: 37}),
        make('svg:image', {x: 10, y: 8, width: 48, height: 48, preserveAspectRatio: 'none'}),
        make('svg:text', {x: 66, y: 23, style: `font-size: ${Math.min(13, 190 / node.name.length).toFixed(1)}px`}, fit(node.name, 22)),
        make('svg:text', {class: 'small', x: 66, y: 39}, fit(node.layer || ' ', 18)),
        make('svg:text', {class: 'small', x: 66, y: 53}, fit(shapeWords(node.shape), 18)));
  } else {
    group.append(make('svg:text', {class: 'pill', x: node.width / 2, y: 18}, fit(node.name.split('.').pop(), 16)));
  }
  return group;
}

/** Moves to the frame of a node, in the present phase if it has one there. */
function visit(node) {
  const phase = frames[current].phase;
  const own = frames.map((frame, i) => i).filter(i => frames[i].node === node && frames[i].phase !== 'END');
  const found = own.find(i => frames[i].phase === phase) ?? own[0];
  if (found !== undefined && !dragged) show(found);
}

// ---- the camera: the part of the drawing that is visible

const view = {x: data.width / 2, y: 0, scale: 1};
let target = null;
let following = true;
let dragged = false;

function room() {
  const box = by('graph').getBoundingClientRect();
  return {width: Math.max(1, box.width), height: Math.max(1, box.height)};
}

function place() {
  const {width, height} = room();
  const w = width / view.scale;
  const h = height / view.scale;
  svg.setAttribute('viewBox', `${view.x - w / 2} ${view.y - h / 2} ${w} ${h}`);
}

function glide() {
  if (target === null) return;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let moving = false;
  for (const key of ['x', 'y', 'scale']) {
    const rest = target[key] - view[key];
    view[key] += still ? rest : rest * 0.16;
    moving ||= Math.abs(rest) > (key === 'scale' ? 0.002 : 0.4);
  }
  place();
  if (moving) requestAnimationFrame(glide);
  else target = null;
}

function aim(x, y, scale) {
  const idle = target === null;
  target = {x, y, scale};
  if (idle) requestAnimationFrame(glide);
}

function follow(yes) {
  following = yes;
  by('follow').setAttribute('aria-pressed', yes);
  if (yes && current >= 0) lookAt(frames[current].node);
}

function lookAt(id) {
  const leaf = data.nodes[id];
  const use = data.routes.find(route => route.from === id);
  const node = isLarge(leaf) || !use ? leaf : {...data.nodes[use.to], y: leaf.y, height: leaf.height};
  const {width} = room();
  const scale = Math.min(1.2, Math.max(0.66, width / 700));
  // Leaves are to the right of the chain, so the chain is left of the middle.
  const aside = Math.min(150, width / scale / 2 - node.width / 2 - 16);
  aim(node.x + node.width / 2 + Math.max(0, aside), node.y + node.height / 2, scale);
}

function whole() {
  follow(false);
  const {width, height} = room();
  aim(data.width / 2, data.height / 2, Math.min(width / (data.width + 60), height / (data.height + 60)));
}

function zoom(factor, x = room().width / 2, y = room().height / 2) {
  const {width, height} = room();
  const scale = Math.min(4, Math.max(0.05, view.scale * factor));
  target = null;
  view.x += (x - width / 2) * (1 / view.scale - 1 / scale);
  view.y += (y - height / 2) * (1 / view.scale - 1 / scale);
  view.scale = scale;
  place();
}

const fingers = new Map();
const panel = by('graph');
panel.addEventListener('pointerdown', event => {
  if (event.target.closest('button')) return;
  fingers.set(event.pointerId, event);
  dragged = false;
});
panel.addEventListener('pointermove', event => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const moved = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
  if (!dragged && moved < 5) return;
  if (!dragged) {
    dragged = true;
    panel.setPointerCapture(event.pointerId);
    panel.classList.add('held');
    follow(false);
    target = null;
  }
  if (fingers.size === 2) {
    const other = [...fingers.values()].find(finger => finger.pointerId !== event.pointerId);
    const distance = finger => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
    const box = panel.getBoundingClientRect();
    zoom(distance(event) / Math.max(1, distance(before)), (event.clientX + other.clientX) / 2 - box.left,
        (event.clientY + other.clientY) / 2 - box.top);
  } else {
    view.x -= (event.clientX - before.clientX) / view.scale;
    view.y -= (event.clientY - before.clientY) / view.scale;
    place();
  }
  fingers.set(event.pointerId, event);
});
for (const type of ['pointerup', 'pointercancel']) {
  panel.addEventListener(type, event => {
    fingers.delete(event.pointerId);
    panel.classList.remove('held');
    setTimeout(() => { dragged = false; });
  });
}
panel.addEventListener('wheel', event => {
  event.preventDefault();
  follow(false);
  const box = panel.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 500), event.clientX - box.left, event.clientY - box.top);
}, {passive: false});
by('nearer').addEventListener('click', () => zoom(1.3));
by('farther').addEventListener('click', () => zoom(1 / 1.3));
by('whole').addEventListener('click', whole);
by('follow').addEventListener('click', () => follow(!following));
addEventListener('resize', () => { place(); if (following) lookAt(frames[current].node); });

// ---- what each node shows at a frame

/** The frames that give a node its picture: those of its values, and of its gradient. */
const valueFrame = new Map();
const gradientFrame = new Map();
frames.forEach((frame, i) => {
  if (frame.phase === 'FORWARD' || frame.phase === 'BATCH') valueFrame.set(frame.node, i);
  if (frame.phase === 'BACKWARD') gradientFrame.set(frame.node, i);
});
const norms = frames.filter(frame => frame.phase === 'BACKWARD')
    .flatMap(frame => [frame.values[0].norm, ...frame.norms.map(norm => norm.norm)]).filter(norm => norm > 0);
const least = Math.log(Math.min(...norms));
const most = Math.log(Math.max(...norms));
const heat = norm => norm > 0 ? 0.15 + 0.85 * (Math.log(norm) - least) / Math.max(1e-9, most - least) : 0;

const thumbnails = new Map();
function thumbnail(frame) {
  if (!thumbnails.has(frame)) {
    const picture = frames[frame].values[0].picture;
    thumbnails.set(frame, picture === null ? '' : tiles(picture)[0].toDataURL());
  }
  return thumbnails.get(frame);
}

function light(index) {
  const frame = frames[index];
  const completed = new Map();
  const moved = new Set();
  frames.slice(0, index + 1).forEach(earlier => {
    if (earlier.phase === 'BACKWARD') earlier.norms.forEach(norm => completed.set(norm.node, norm.norm));
    if (earlier.phase === 'UPDATE') moved.add(earlier.node);
  });
  data.nodes.forEach((node, id) => {
    const element = nodeElements[id];
    const value = valueFrame.get(id);
    const gradient = gradientFrame.get(id);
    const operation = isLarge(node);
    const hot = gradient !== undefined && gradient <= index;
    const future = operation ? value > index : false;
    const norm = hot ? frames[gradient].values[0].norm : completed.get(id);
    element.classList.toggle('future', future);
    element.classList.toggle('lit', operation && !future);
    element.classList.toggle('hot', norm !== undefined && !moved.has(id));
    element.classList.toggle('moved', moved.has(id));
    element.classList.toggle('now', id === frame.node);
    element.style.setProperty('--heat', norm === undefined ? 0 : heat(norm).toFixed(3));
    if (operation) {
      const image = element.querySelector('image');
      const url = future ? '' : thumbnail(hot ? gradient : value);
      if (url) image.setAttribute('href', url);
      else image.removeAttribute('href');
      const alone = !future && !url;
      element.querySelector('.well-text').textContent =
          alone ? short(frames[hot && frame.phase !== 'END' ? gradient : value].values[0].sum, 3) : '';
    }
  });
  data.routes.forEach((route, i) => {
    const forward = frame.phase === 'FORWARD' && route.to === frame.node;
    const back = frame.phase === 'BACKWARD' && route.to === frame.node
        && data.nodes[route.from].kind !== 'constant';
    edgeElements[i].classList.toggle('live', forward || back);
    edgeElements[i].classList.toggle('back', back);
  });
}

// ---- the panel next to the graph

function histogram(values) {
  const width = 410;
  const height = 96;
  const floor = height - 1;
  const most = Math.max(...values.histogram);
  const step = width / values.histogram.length;
  const drawing = make('svg:svg', {class: 'histogram', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none',
    role: 'img', 'aria-label': 'Histogram, counts on a logarithmic scale'});
  values.histogram.forEach((count, i) => {
    const tall = count === 0 ? 0 : Math.max(1.5, (floor - 4) * Math.log(1 + count) / Math.log(1 + most));
    drawing.append(make('svg:rect', {x: i * step + 0.5, y: floor - tall, width: step - 1, height: tall, rx: 1},
        make('svg:title', {}, `${count} values`)));
  });
  drawing.append(make('svg:line', {class: 'base', x1: 0, x2: width, y1: floor, y2: floor}));
  if (values.min < 0 && values.max > 0) {
    const zero = width * -values.min / (values.max - values.min);
    drawing.append(make('svg:line', {class: 'zero', x1: zero, x2: zero, y1: 0, y2: floor}));
  }
  return make('div', {}, drawing, make('div', {class: 'ends'}, make('span', {}, short(values.min, 4)),
      make('span', {}, 'log of the counts'), make('span', {}, short(values.max, 4))));
}

function valuesPart(values, first) {
  const parts = [];
  if (!first || frames[current].values.length > 1) parts.push(make('h3', {}, values.label));
  if (values.picture !== null) {
    const {width, height, count} = values.picture;
    const flat = count === 1 && width > 2 * height;
    const across = flat ? 1 : count > 8 ? 8 : count > 2 ? 4 : 2;
    const canvases = tiles(values.picture);
    canvases.forEach(canvas => {
      canvas.style.aspectRatio = flat ? `${Math.max(4, 22 / height)} / 1` : `${width} / ${height}`;
    });
    parts.push(make('div', {class: 'tiles', '--across': across}, canvases), scale(values.picture),
        make('p', {class: 'caption'}, values.picture.words));
  }
  if (values.count === 1) {
    parts.push(make('p', {class: 'number'}, String(Number(values.sum.toPrecision(7))).replace('-', '−')));
    return parts;
  }
  parts.push(histogram(values));
  const figure = (label, value) => make('div', {}, make('b', {}, value), make('span', {}, label));
  parts.push(make('div', {class: 'figures'}, figure('smallest', short(values.min, 4)), figure('mean', short(values.mean, 4)),
      figure('largest', short(values.max, 4)), figure('deviation', short(values.deviation, 4)),
      figure('L2 norm', short(values.norm, 5)), figure('zeros', `${(100 * values.zeros / values.count).toFixed(1)} %`)));
  if (values.finite < values.count) {
    parts.push(make('p', {class: 'notice'}, `${values.count - values.finite} values are NaN or infinite`));
  }
  return parts;
}

function kernelsPart(kernels) {
  const parts = [make('h3', {}, `kernels, median of ${head.repeats} steps`)];
  for (const kernel of kernels) {
    const seconds = kernel.microseconds / 1e6;
    const gflops = kernel.flop / seconds / 1e9;
    const gigabytes = kernel.bytes / seconds / 1e9;
    const part = make('div', {class: 'kernel'},
        make('p', {}, make('span', {}, kernel.name + (kernel.algorithm ? `, ${kernel.algorithm}` : '')),
            make('b', {}, time(kernel.microseconds))));
    if (head.peakGflops > 0 && kernel.flop > 0) {
      const share = gflops / head.peakGflops;
      part.append(meter('arithmetic', share, `${short(gflops)} GFLOP/s, ${Math.round(100 * share)} %`));
    }
    if (head.peakGigabytes > 0 && kernel.bytes > 0) {
      const share = gigabytes / head.peakGigabytes;
      part.append(meter('memory', share, `${short(gigabytes)} GB/s, ${Math.round(100 * share)} %`));
    }
    parts.push(part);
  }
  if (head.peakGflops > 0 && kernels.some(kernel => kernel.flop > 0 || kernel.bytes > 0)) {
    parts.push(make('p', {class: 'caption'}, `Bars: share of this machine’s measured peak, ${Math.round(head.peakGflops)} `
        + `GFLOP/s, and of its memory, ${Math.round(head.peakGigabytes)} GB/s; above 100 %, data came from caches.`));
  }
  return parts;
}

/** Shows which part of the step its kernels spend in each phase, and in the slowest of them. */
function timePart() {
  const all = spent.reduce((sum, one) => sum + one, 0);
  const of = phase => spent.filter((_, i) => frames[i].phase === phase).reduce((sum, one) => sum + one, 0);
  const row = (word, phase, part) => {
    const line = meter(word, part / all, `${time(part)}, ${Math.round(100 * part / all)} %`);
    line.style.setProperty('--phase', `var(--${PHASES[phase]})`);
    return line;
  };
  const slowest = spent.map((part, i) => i).sort((a, b) => spent[b] - spent[a]).slice(0, 5);
  return [make('h3', {}, 'where its kernels spend the time'),
    ...['FORWARD', 'BACKWARD', 'UPDATE'].map(phase => row(WORDS[phase], phase, of(phase))),
    make('h3', {}, 'the slowest five'),
    make('div', {class: 'norms'}, slowest.map(i => row(`${frames[i].layer} ${frames[i].title}`, frames[i].phase, spent[i])))];
}

function detail(index) {
  const frame = frames[index];
  const node = data.nodes[frame.node];
  const parts = [make('span', {class: 'badge'}, WORDS[frame.phase]), make('h2', {}, frame.title),
    make('p', {class: 'where'}, frame.layer, frame.phase === 'END' ? '' : make('span', {class: 'shape'},
        `${frame.layer ? '  ' : ''}${shapeWords(node.shape)}`))];
  if (frame.phase === 'END') {
    const fall = head.lossAfter < head.loss ? 'The same batch, once more: the step went downhill.'
        : 'The same batch, once more: this step went uphill, as single steps may.';
    parts.push(make('div', {class: 'hero'}, make('div', {}, make('small', {}, 'loss before'), head.loss.toFixed(4)),
        make('span', {class: 'arrow'}, '→'), make('div', {}, make('small', {}, 'loss after'), head.lossAfter.toFixed(4))),
        make('p', {}, fall), ...timePart());
  }
  if (frame.formula.length) parts.push(make('div', {class: 'formula'}, frame.formula.join('\n')));
  frame.values.forEach((values, i) => parts.push(...valuesPart(values, i === 0)));
  if (frame.norms.length && frame.phase === 'BACKWARD') {
    parts.push(make('div', {class: 'norms'}, make('h3', {}, 'L2 norms of the parameters’ gradients, on a logarithmic scale'),
        frame.norms.map(norm => meter(norm.name, heat(norm.norm), short(norm.norm, 4)))));
  }
  if (frame.facts.length) {
    parts.push(make('h3', {}, frame.phase === 'FORWARD' ? 'inputs' : frame.phase === 'BACKWARD' ? 'passes a gradient' : 'facts'));
    parts.push(make('dl', {class: 'facts'}, frame.facts.flatMap(([word, value]) => [make('dt', {}, word),
      make('dd', {}, /^\[.*\]$/.test(value) ? shapeWords(value) : value)])));
  }
  if (frame.kernels.length) parts.push(...kernelsPart(frame.kernels));
  if (frame.source !== null) parts.push(make('h3', {}, 'source'), make('p', {class: 'line'}, sourceLink(frame.source)));
  by('side').replaceChildren(...parts);
  by('side').scrollTop = 0;
}

// ---- moving through the film

const slider = by('slider');
slider.max = frames.length - 1;
const spent = frames.map(frame => frame.kernels.reduce((sum, kernel) => sum + kernel.microseconds, 0));
const longest = Math.max(1, ...spent);
by('film').setAttribute('viewBox', `0 0 ${frames.length} 34`);
const bars = frames.map((frame, i) => {
  const tall = 5 + 28 * Math.sqrt(spent[i] / longest);
  const bar = make('svg:rect', {x: i + 0.1, y: 34 - tall, width: 0.8, height: tall, on: {click: () => show(i)}},
      make('svg:title', {}, `${frame.title}: ${time(spent[i])}`));
  bar.style.fill = `var(--${PHASES[frame.phase]})`;
  return bar;
});
by('film').append(...bars);

function show(index) {
  current = Math.min(frames.length - 1, Math.max(0, index));
  const frame = frames[current];
  document.body.style.setProperty('--phase', `var(--${PHASES[frame.phase]})`);
  document.body.dataset.frame = current;
  document.body.dataset.phase = frame.phase;
  slider.value = current;
  by('count').textContent = `${current + 1} / ${frames.length}`;
  bars.forEach((bar, i) => bar.classList.toggle('now', i === current));
  light(current);
  detail(current);
  if (following) lookAt(frame.node);
  history.replaceState(null, '', `#${current}`);
  if (current === frames.length - 1) stop();
}

function stop() {
  clearInterval(playing);
  playing = 0;
  by('play').textContent = '▶';
  by('play').setAttribute('aria-label', 'Play');
  delete document.body.dataset.playing;
}

function play() {
  if (playing) {
    stop();
    return;
  }
  if (current === frames.length - 1) show(0);
  playing = setInterval(() => show(current + 1), PLAY_MS);
  by('play').textContent = '❚❚';
  by('play').setAttribute('aria-label', 'Pause');
  document.body.dataset.playing = 'yes';
}

by('first').addEventListener('click', () => show(0));
by('back').addEventListener('click', () => show(current - 1));
by('play').addEventListener('click', play);
by('on').addEventListener('click', () => show(current + 1));
by('last').addEventListener('click', () => show(frames.length - 1));
slider.addEventListener('input', () => show(Number(slider.value)));
addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const moves = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};
  if (event.key in moves) show(current + moves[event.key]);
  else if (event.key === 'Home') show(0);
  else if (event.key === 'End') show(frames.length - 1);
  else if (event.key === ' ' && !event.target.closest('a')) play();
  else return;
  event.preventDefault();
});
addEventListener('hashchange', () => show(Number(location.hash.slice(1)) || 0));
dark.addEventListener('change', () => { thumbnails.clear(); show(current); });

place();
show(Number(location.hash.slice(1)) || 0);
view.x = target.x;
view.y = target.y;
view.scale = target.scale;
place();
