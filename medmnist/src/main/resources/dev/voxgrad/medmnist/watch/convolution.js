const by = id => document.getElementById(id);
const PASSES = ['forward', 'input gradient', 'weight gradient'];
const [x, w, y] = data.shapes.map(shape => shape.replace(/[[\]]/g, '').split(',').join('×'));
let pass = 0;
let size = 0;
let stage = 0;

by('what').textContent = `Input ${x}, weight ${w}, padded by 1, result ${y}: `
    + `${(data.directFlop / 1e6).toFixed(0)} million floating-point operations by the definition. `
    + 'The same random values go through every device and algorithm, and each result is compared with the reference, '
    + 'plain loops in double precision.';
by('how').textContent = 'Error: difference from the reference, relative to its largest magnitude; the largest and the '
    + 'root of the mean square. Time: median, on the CPU of the kernel alone; on the reference and a GPU with the copy '
    + 'of the result, and of both gradients together. GFLOP/s: operations of the definition per second, which an '
    + 'algorithm with fewer operations can raise beyond the machine’s peak.';
const widths = new Set(data.rows.filter(row => row.bits > 0).map(row => row.bits));
const alike = data.rows.filter(row => row.bits > 0).every(row => data.rows
    .filter(other => other.bits > 0 && other.algorithm === row.algorithm).every(other => other.sample.join() === row.sample.join()));
if (widths.size > 1 && alike) {
  by('missing').append(make('p', {class: 'small'}, 'Every width of vectors gives the same values to the last bit in this '
      + 'row: only the algorithm decides about the rounding.'));
}
data.missing.forEach(text => by('missing').append(make('p', {class: 'small'}, text)));
by('lines').append('Sources: ', ...data.lines.flatMap((line, i) => [i ? ',  ' : '', sourceLink(line)]));

function choice(id, words, chosen, choose) {
  by(id).replaceChildren(...words.map((word, i) =>
    make('button', {'aria-pressed': i === chosen, on: {click: () => choose(i)}}, word)));
}

function nameOf(row) {
  const algorithm = pass === 0 ? row.algorithm : row.gradients;
  return [row.device === 'reference' ? 'reference' : row.device === 'cpu' ? algorithm : 'GPU',
    row.device === 'cpu' ? `${row.bits} bits` : row.device === 'reference' ? 'double' : row.device];
}

function ladder() {
  choice('passes', PASSES, pass, i => { pass = i; ladder(); });
  const timed = data.rows.filter(row => row.milliseconds[pass] > 0);
  const best = Math.min(...timed.map(row => row.milliseconds[pass]));
  by('ladder-head').replaceChildren(make('tr', {}, ['computed by', '', 'ms', 'GFLOP/s', 'largest error', 'typical'].map((word, i) =>
    make('th', {scope: 'col', class: i === 5 ? 'hide' : false}, word))));
  by('ladder').replaceChildren(...data.rows.map(row => {
    const ms = row.milliseconds[pass];
    const [name, more] = nameOf(row);
    return make('tr', {class: ms === best ? 'best' : false},
        make('th', {scope: 'row', class: 'name'}, name, make('small', {}, more)),
        make('td', {class: 'spark'}, make('div', {class: 'bar', '--phase': `var(--s${row.device === 'cpu' ? (ms === best ? 2 : 0) : 1})`},
            make('i', {style: `width: ${ms > 0 ? (100 * Math.sqrt(best / ms)).toFixed(1) : 0}%`}))),
        make('td', {}, ms > 0 ? short(ms) : 'with input'),
        make('td', {}, ms > 0 ? short(data.directFlop / ms / 1e6) : ''),
        make('td', {}, row.device === 'reference' ? '0' : short(row.errors[pass].largest, 2)),
        make('td', {class: 'hide'}, row.device === 'reference' ? '0' : short(row.errors[pass].typical, 2)));
  }));
}

function samples() {
  by('samples').replaceChildren(...data.rows.map(row => {
    const name = row.device === 'cpu' ? [row.algorithm, `${row.bits} bits`]
      : row.device === 'reference' ? ['reference', 'double'] : ['GPU', ''];
    return make('tr', {}, make('th', {scope: 'row', class: 'name'}, name[0], make('small', {}, name[1])),
        row.sample.map((value, i) => {
          const text = value.toFixed(7);
          const exact = data.rows[0].sample[i].toFixed(7);
          let same = 0;
          while (same < text.length && text[same] === exact[same]) same++;
          return make('td', {}, text.slice(0, same).replace('-', '−'), make('b', {style: 'color: var(--backward)'}, text.slice(same)));
        }));
  }));
}

// ---- Winograd on one tile

/** Returns the stages of a tile: what is multiplied by which matrix along which axis, or element by element. */
function stagesOf(tile) {
  const axes = ['along D', 'along H', 'along W'];
  const list = [];
  const names = (letter, matrix) => [letter, `${matrix}${letter}, W`, `${matrix}${letter}, W and H`];
  for (let i = 0; i < 3; i++) {
    list.push({word: `Bᵀ d ${axes[2 - i]}`, phase: 'forward', matrix: tile.input, name: 'Bᵀ', axis: 2 - i,
      from: tile.inputs[i], to: tile.inputs[i + 1], names: [names('d', 'Bᵀ')[i], i === 2 ? 'V' : names('d', 'Bᵀ')[i + 1]]});
  }
  for (let i = 0; i < 3; i++) {
    list.push({word: `G g ${axes[2 - i]}`, phase: 'update', matrix: tile.weight, name: 'G', axis: 2 - i,
      from: tile.weights[i], to: tile.weights[i + 1], names: [names('g', 'G')[i], i === 2 ? 'U' : names('g', 'G')[i + 1]]});
  }
  list.push({word: 'U ⊙ V', phase: 'batch', matrix: null, from: tile.weights[3], other: tile.inputs[3], to: tile.outputsOf[0],
    names: ['U', 'M', 'V']});
  for (let i = 0; i < 3; i++) {
    list.push({word: `Aᵀ M ${axes[i]}`, phase: 'backward', matrix: tile.output, name: 'Aᵀ', axis: i,
      from: tile.outputsOf[i], to: tile.outputsOf[i + 1],
      names: [['M', 'AᵀM, D', 'AᵀM, D and H'][i], ['AᵀM, D', 'AᵀM, D and H', 'y'][i]]});
  }
  return list;
}

function value(text) {
  const [top, bottom] = text.replace('−', '-').split('/');
  return Number(top) / Number(bottom ?? 1);
}

function shown(text) {
  return text.length > 6 ? short(value(text), 4) : text;
}

function block(cells, name, part) {
  const top = Math.max(...cells.values.map(text => Math.abs(value(text))), 1e-9);
  const area = cells.h * cells.w;
  return make('figure', {}, make('figcaption', {style: 'font: 1rem var(--math); color: var(--text)'}, name),
      make('div', {class: 'block', '--planes': cells.d > 4 ? 3 : cells.d === 3 ? 3 : 2}, Array.from({length: cells.d}, (_, d) => make('figure', {},
          make('figcaption', {}, `d = ${d}`),
          make('table', {}, make('tbody', {}, Array.from({length: cells.h}, (_, h) => make('tr', {},
              Array.from({length: cells.w}, (_, v) => {
                const i = d * area + h * cells.w + v;
                const number = value(cells.values[i]);
                return make('td', {'data-part': part, 'data-index': i, title: cells.values[i], '--heat': (Math.abs(number) / top).toFixed(3),
                  '--tint': number < 0 ? 'var(--forward)' : 'var(--backward)'}, shown(cells.values[i]));
              })))))))));
}

function matrixOf(matrix, name) {
  return make('table', {class: 'matrix-of'}, make('caption', {}, name), make('tbody', {}, matrix.map((row, r) =>
    make('tr', {}, row.map((entry, c) => make('td', {'data-row': r, 'data-column': c}, entry))))));
}

function tile() {
  const one = data.tiles[size];
  const stages = stagesOf(one);
  const now = stages[stage];
  document.body.style.setProperty('--phase', `var(--${now.phase})`);
  document.body.dataset.stage = stage;
  by('idea').textContent = `F(${one.outputs}×${one.outputs}×${one.outputs}, 3×3×3): a tile of ${one.inputs[0].d}³ inputs d and a kernel of `
      + `3³ weights g give ${one.outputs}³ outputs y = Aᵀ[(G g) ⊙ (Bᵀ d)], each matrix applied along every axis. `
      + `The definition takes ${one.products[0]} products, this takes ${one.products[1]}: `
      + `${(one.products[0] / one.products[1]).toFixed(2)} times fewer. A layer transforms each weight and input once, `
      + 'and the products ⊙ become products of matrices over all channels.';
  choice('sizes', data.tiles.map(each => `${each.outputs}³ outputs`), size, i => { size = i; tile(); });
  by('steps').replaceChildren(...stages.map((each, i) => make('li', {}, make('button',
      {'aria-pressed': i === stage, on: {click: () => { stage = i; tile(); }}}, each.word))));
  const from = block(now.from, now.names[0], 'from');
  const to = block(now.to, now.names[1], 'to');
  by('operation').replaceChildren(...(now.matrix === null
      ? [from, make('span', {class: 'sign'}, '⊙'), block(now.other, now.names[2], 'other'), make('span', {class: 'sign'}, '='), to]
      : [matrixOf(now.matrix, now.name), make('span', {class: 'sign'}, '·'), from, make('span', {class: 'sign'}, '='), to]));
  const last = stage === stages.length - 1;
  by('say').textContent = last
      ? `y equals the reference device’s result: ${one.direct.join(', ')}` : 'Point at a number of the result.';
  document.body.dataset.equal = String(one.outputsOf[3].values.join() === one.direct.join());
  by('operation').querySelectorAll('[data-part="to"]').forEach(cell => {
    cell.addEventListener('pointerenter', () => explain(now, Number(cell.dataset.index)));
    cell.addEventListener('click', () => explain(now, Number(cell.dataset.index)));
  });
}

/** Shows the sum that a number is, and marks what it is made of. */
function explain(now, index) {
  const cell = (part, i) => by('operation').querySelector(`[data-part="${part}"][data-index="${i}"]`);
  by('operation').querySelectorAll('.used, .out').forEach(each => each.classList.remove('used', 'out'));
  cell('to', index).classList.add('out');
  if (now.matrix === null) {
    ['from', 'other'].forEach(part => cell(part, index).classList.add('used'));
    by('say').textContent = `${now.from.values[index]} · ${now.other.values[index]} = ${now.to.values[index]}`;
    return;
  }
  const at = [Math.floor(index / (now.to.h * now.to.w)), Math.floor(index / now.to.w) % now.to.h, index % now.to.w];
  const row = at[now.axis];
  const terms = now.matrix[row].map((entry, k) => {
    const source = at.map((position, axis) => axis === now.axis ? k : position);
    const i = (source[0] * now.from.h + source[1]) * now.from.w + source[2];
    if (entry !== '0') {
      cell('from', i).classList.add('used');
      by('operation').querySelector(`[data-row="${row}"][data-column="${k}"]`).classList.add('used');
    }
    return entry === '0' ? '' : `${entry} · ${now.from.values[i].startsWith('−') ? `(${now.from.values[i]})` : now.from.values[i]}`;
  }).filter(term => term);
  by('say').textContent = `${terms.join('  +  ')}  =  ${now.to.values[index]}`;
}

addEventListener('keydown', event => {
  const moves = {ArrowRight: 1, ArrowLeft: -1};
  if (!(event.key in moves) || event.altKey || event.ctrlKey || event.metaKey) return;
  stage = Math.min(9, Math.max(0, stage + moves[event.key]));
  tile();
  event.preventDefault();
});

ladder();
samples();
tile();
