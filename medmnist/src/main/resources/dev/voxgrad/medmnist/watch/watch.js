'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const SVG = 'http://www.w3.org/2000/svg';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Returns a new element with attributes, texts and children; SVG's if the tag starts with "svg:". */
function make(tag, attributes = {}, ...children) {
  const element = tag.startsWith('svg:')
      ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('--')) element.style.setProperty(name, value);
    else if (name === 'on') Object.entries(value).forEach(([type, listener]) => element.addEventListener(type, listener));
    else element.setAttribute(name, value);
  }
  children.flat().forEach(child => child !== null && element.append(child));
  return element;
}

/** Returns a number in few letters. */
function short(value, digits = 3) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(digits - 1).replace('e+', 'e').replace('-', '−').replace('e-', 'e−');
  return String(Number(value.toPrecision(digits))).replace('-', '−');
}

function time(microseconds) {
  return microseconds >= 1000 ? short(microseconds / 1000) + ' ms' : short(microseconds) + ' µs';
}

/** Returns a link to a line of a source file, or its name if the page was made without an address. */
function sourceLink(source) {
  const name = `${source.symbol}  ·  ${source.file.split('/').pop()}:${source.line}`;
  const base = data.head ? data.head.sources : data.sources;
  return base === null ? make('span', {title: source.file}, name)
      : make('a', {href: `${base}${source.file}#L${source.line}`, target: '_blank', rel: 'noopener', title: source.file}, name);
}

const HEAT = [[13, 8, 35], [84, 20, 110], [171, 46, 99], [236, 105, 58], [251, 180, 60], [252, 246, 190]];

/** Returns a colour for a share from 0 to 1: of one scale, or of two that meet in the page's background. */
function colour(share, signed) {
  const clamped = Math.min(1, Math.max(0, share));
  if (!signed) {
    const at = clamped * (HEAT.length - 1);
    const low = Math.min(HEAT.length - 2, Math.floor(at));
    return HEAT[low].map((c, i) => c + (HEAT[low + 1][i] - c) * (at - low));
  }
  const middle = dark.matches ? [16, 20, 26] : [250, 250, 250];
  const end = clamped < 0.5 ? (dark.matches ? [86, 180, 233] : [0, 92, 168]) : (dark.matches ? [255, 140, 60] : [208, 72, 8]);
  const strength = Math.pow(Math.abs(clamped - 0.5) * 2, 0.75);
  return middle.map((c, i) => c + (end[i] - c) * strength);
}

/** Returns the picture's tiles as canvases. */
function tiles(picture) {
  const bytes = Uint8Array.from(atob(picture.levels), letter => letter.charCodeAt(0));
  const signed = picture.min < 0 && picture.max > 0;
  const reach = Math.max(-picture.min, picture.max);
  const size = picture.width * picture.height;
  return Array.from({length: picture.count}, (_, tile) => {
    const canvas = make('canvas', {width: picture.width, height: picture.height});
    const context = canvas.getContext('2d');
    const image = context.createImageData(picture.width, picture.height);
    for (let i = 0; i < size; i++) {
      const level = bytes[tile * size + i] / 255;
      const value = picture.min + level * (picture.max - picture.min);
      const rgb = colour(signed ? 0.5 + value / reach / 2 : level, signed);
      image.data.set([rgb[0], rgb[1], rgb[2], 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  });
}

/** Returns the legend of a picture's colours. */
function scale(picture) {
  const signed = picture.min < 0 && picture.max > 0;
  const reach = Math.max(-picture.min, picture.max);
  const low = signed ? -reach : picture.min;
  const high = signed ? reach : picture.max;
  const canvas = make('canvas', {width: 128, height: 1});
  const context = canvas.getContext('2d');
  const image = context.createImageData(128, 1);
  for (let i = 0; i < 128; i++) image.data.set([...colour(i / 127, signed), 255], 4 * i);
  context.putImageData(image, 0, 0);
  return make('div', {class: 'scale'}, short(low), canvas, short(high));
}

function meter(label, share, value) {
  return make('div', {class: 'meter'}, make('span', {title: label}, label),
      make('div', {class: 'bar'}, make('i', {'style': `width: ${Math.min(100, Math.max(share > 0 ? 1.5 : 0, 100 * share)).toFixed(1)}%`})),
      make('span', {}, value));
}
