import { fontMetrics, textWidth } from './font';

/**
 * Bounding boxes of SVG text for a document without a layout engine.
 *
 * jsdom does not measure text, but Plotly sizes margins, legends and titles with `getBoundingClientRect` and `getBBox`. A box here
 * is the union of the texts below an element (considering lines, sizes, weights, anchors and transforms), with the widths of the
 * font that draws the picture.
 */
interface SvgNode {
  nodeType: number;
  tagName: string;
  textContent: string | null;
  childNodes: ArrayLike<SvgNode>;
  parentNode: SvgNode | null;
  getAttribute(name: string): string | null;
  style: { getPropertyValue(name: string): string };
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The affine map (x, y) -> (a x + c y + e, b x + d y + f). */
type Affine = [a: number, b: number, c: number, d: number, e: number, f: number];

const TEXT_NODE = 3;
/** Plotly's distance between the baselines of two lines, in font sizes. */
const LINE_SPACING = 1.3;
const IDENTITY: Affine = [1, 0, 0, 1, 0, 0];

function compose([a, b, c, d, e, f]: Affine, [g, h, i, j, k, l]: Affine): Affine {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Reads the transforms that Plotly writes: `translate`, `rotate` (about a point) and `scale`. */
export function parseTransform(transform: string | null): Affine {
  let result = IDENTITY;
  for (const [, name, list] of (transform ?? '').matchAll(/\b(\w+)\(([^()]*)\)/g)) {
    const [first = 0, second, third = 0] = list.split(/[\s,]+/).map(Number);
    if (name === 'translate') result = compose(result, [1, 0, 0, 1, first, second ?? 0]);
    else if (name === 'scale') result = compose(result, [first, 0, 0, second ?? first, 0, 0]);
    else if (name === 'rotate') {
      const [cos, sin] = [Math.cos((first * Math.PI) / 180), Math.sin((first * Math.PI) / 180)];
      const [x, y] = [second ?? 0, third];
      result = compose(result, [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]);
    }
  }
  return result;
}

function children(node: SvgNode): SvgNode[] {
  return Array.from(node.childNodes);
}

/** Returns a property set as style or attribute on the node or its nearest ancestor. */
function inherited(node: SvgNode | null, property: string): string {
  for (let place = node; place?.style; place = place.parentNode) {
    const value = place.style.getPropertyValue(property) || place.getAttribute(property);
    if (value) return value;
  }
  return '';
}

const fontSizeOf = (node: SvgNode) => Number.parseFloat(inherited(node, 'font-size')) || 12;

function lineWidth(node: SvgNode): number {
  if (node.nodeType === TEXT_NODE) {
    const parent = node.parentNode!;
    const weight = /bold|[6-9]00/.test(inherited(parent, 'font-weight')) ? 'bold' : 'regular';
    return textWidth(node.textContent ?? '', fontSizeOf(parent), weight);
  }
  return children(node).reduce((width, child) => width + lineWidth(child), 0);
}

/** Returns the box of one `text` element before its own transform. */
function textBox(text: SvgNode): Box | undefined {
  if (!text.textContent?.trim()) return undefined;
  const lines = children(text).filter((child) => child.nodeType !== TEXT_NODE && isLine(child));
  const width = Math.max(...(lines.length ? lines : [text]).map(lineWidth));
  const size = fontSizeOf(text);
  const { ascent, descent } = fontMetrics();
  const x = Number.parseFloat(text.getAttribute('x') ?? '0') || 0;
  // In font sizes; each line of a text has its own, the first one zero.
  const dy = lines.length ? 0 : Number.parseFloat(text.getAttribute('dy') ?? '0') || 0;
  const y = (Number.parseFloat(text.getAttribute('y') ?? '0') || 0) + dy * size;
  const anchor = inherited(text, 'text-anchor');
  const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  return {
    left,
    right: left + width,
    top: y - ascent * size,
    bottom: y + descent * size + Math.max(0, lines.length - 1) * LINE_SPACING * size,
  };
}

const isLine = (node: SvgNode) => (node.getAttribute('class') ?? '').split(' ').includes('line');

function mapped(box: Box, [a, b, c, d, e, f]: Affine): Box {
  const corners = [box.left, box.right].flatMap((x) =>
    [box.top, box.bottom].map((y) => [a * x + c * y + e, b * x + d * y + f]),
  );
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function boxesBelow(node: SvgNode, map: Affine, boxes: Box[]): void {
  if (node.tagName === 'text') {
    const box = textBox(node);
    if (box) boxes.push(mapped(box, map));
    return;
  }
  for (const child of children(node)) {
    if (child.nodeType !== TEXT_NODE && child.getAttribute) {
      boxesBelow(child, compose(map, parseTransform(child.getAttribute('transform'))), boxes);
    }
  }
}

function union(node: SvgNode, map: Affine) {
  const boxes: Box[] = [];
  boxesBelow(node, map, boxes);
  if (boxes.length === 0) {
    return { x: 0, y: 0, left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0 };
  }
  const left = Math.min(...boxes.map((box) => box.left));
  const right = Math.max(...boxes.map((box) => box.right));
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}

/** Patches the shared prototype of a document's SVG elements so that they return the size of their text. */
export function installTextBoxes(svgElementPrototype: object): void {
  Object.assign(svgElementPrototype, {
    getBBox(this: SvgNode) {
      return union(this, IDENTITY);
    },
    getBoundingClientRect(this: SvgNode) {
      let map = IDENTITY;
      for (let place: SvgNode | null = this; place?.getAttribute; place = place.parentNode) {
        map = compose(parseTransform(place.getAttribute('transform')), map);
      }
      return union(this, map);
    },
    getComputedTextLength(this: SvgNode) {
      return lineWidth(this);
    },
  });
}
