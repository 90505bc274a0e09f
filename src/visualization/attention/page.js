// The script of the attention page. What it reads is the JSON that attention-page.ts wrote; every text goes into the page as text.
(() => {
  const { tokens, colours, one, layers } = JSON.parse(document.getElementById('data').textContent);
  const element = (id) => document.getElementById(id);
  const ROW = 24;
  const WIDTH = 600;
  /** Lighter lines could not be seen. */
  const LEAST = 0.01;

  /** Characters that hide or reorder others, as escapes: what `printable` of the library does to them. */
  const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
  const shown = (text) =>
    text.replace(HIDDEN, (character) => {
      const code = character.charCodeAt(0).toString(16);
      return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
    });

  const unpacked = new Map();
  /** The weights of a layer: of each head, [tokens × tokens] integers. */
  function weightsOf(layer) {
    if (!unpacked.has(layer))
      unpacked.set(
        layer,
        layers[layer].map((packed) => {
          const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
          const view = new DataView(bytes.buffer);
          return Array.from(
            { length: bytes.length / 2 },
            (_, place) => view.getUint16(2 * place, true) / one,
          );
        }),
      );
    return unpacked.get(layer);
  }

  let layer = 0;
  const switched = new Set(colours.keys());
  /** The token whose lines are shown alone, and its column: from or to. */
  let chosen;

  const headsShown = () => [...switched].filter((head) => head < layers[layer].length).sort((a, b) => a - b);

  function drawLines() {
    const weights = weightsOf(layer);
    const heads = headsShown();
    const lines = heads.flatMap((head) =>
      weights[head].flatMap((weight, place) => {
        const [from, to] = [Math.floor(place / tokens.length), place % tokens.length];
        const isHidden = chosen && (chosen.side === 'from' ? from : to) !== chosen.row;
        return weight < LEAST || isHidden ? [] : [{ head, from, to, weight }];
      }),
    );
    // Strong lines last, on top.
    lines.sort((a, b) => a.weight - b.weight);
    element('lines').replaceChildren(
      ...lines.map(({ head, from, to, weight }) => {
        const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
        // Heads are spread over half of a row, so that equal lines do not hide each other.
        const shift = 0.5 + (heads.length < 2 ? 0 : 0.5 * (heads.indexOf(head) / (heads.length - 1) - 0.5));
        const attributes = {
          ...{ x1: 0, x2: WIDTH, y1: (from + shift) * ROW, y2: (to + shift) * ROW },
          ...{
            stroke: colours[head],
            'stroke-width': chosen ? 2.5 : 1.6,
            'stroke-opacity': weight.toFixed(3),
          },
        };
        for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
        return line;
      }),
    );
  }

  /** Writes the mean weight over the heads beside each token of the other column. */
  function writeWeights() {
    const heads = headsShown();
    const weights = weightsOf(layer);
    for (const side of ['from', 'to'])
      for (const [row, item] of [...element(side).children].entries()) {
        item.classList.toggle('chosen', chosen?.side === side && chosen.row === row);
        let text = '';
        if (chosen && chosen.side !== side && heads.length > 0) {
          const [from, to] = side === 'to' ? [chosen.row, row] : [row, chosen.row];
          const sum = heads.reduce((total, head) => total + weights[head][from * tokens.length + to], 0);
          text = (sum / heads.length).toFixed(2);
        }
        item.querySelector('.weight').textContent = text;
      }
  }

  function describe() {
    const heads = headsShown();
    const what = heads.length === 1 ? `head ${heads[0] + 1}` : `${heads.length} heads`;
    const of = `Layer ${layer + 1} of ${layers.length}, ${what}`;
    const numbers = heads.length === 1 ? 'weights' : 'mean weights over these heads';
    const direction = chosen?.side === 'from' ? 'attends to' : 'is attended to by';
    element('state').textContent =
      chosen && heads.length > 0 ? `${of}: what “${shown(tokens[chosen.row])}” ${direction}; ${numbers}` : of;
  }

  function draw() {
    element('layer').value = String(layer);
    for (const [head, tile] of [...element('heads').children].entries()) {
      tile.setAttribute('aria-pressed', String(switched.has(head)));
      tile.hidden = head >= layers[layer].length;
    }
    drawLines();
    writeWeights();
    describe();
  }

  function choose(side, row) {
    chosen = side === undefined ? undefined : { side, row };
    draw();
  }

  function goToLayer(next) {
    layer = Math.min(layers.length - 1, Math.max(0, next));
    draw();
  }

  element('layer').append(...layers.map((_, index) => new Option(String(index + 1), String(index))));
  element('layer').addEventListener('change', () => goToLayer(Number(element('layer').value)));
  for (const [head, colour] of colours.entries()) {
    const tile = document.createElement('button');
    tile.type = 'button';
    tile.textContent = String(head + 1);
    tile.title = `Head ${head + 1}`;
    tile.setAttribute('aria-label', `Head ${head + 1}`);
    tile.style.setProperty('--colour', colour);
    tile.addEventListener('click', () => {
      if (!switched.delete(head)) switched.add(head);
      draw();
    });
    tile.addEventListener('dblclick', () => {
      switched.clear();
      switched.add(head);
      draw();
    });
    element('heads').append(tile);
  }
  element('all').addEventListener('click', () => {
    for (const head of colours.keys()) switched.add(head);
    draw();
  });
  element('none').addEventListener('click', () => {
    switched.clear();
    draw();
  });

  for (const side of ['from', 'to']) {
    const list = element(side);
    for (const [row, token] of tokens.entries()) {
      const item = document.createElement('li');
      // One stop of the tab key for each column; arrows move within.
      item.tabIndex = row === 0 ? 0 : -1;
      const [weight, name] = ['weight', 'token'].map((kind) => {
        const part = document.createElement('span');
        part.className = kind;
        return part;
      });
      name.textContent = shown(token);
      item.title = shown(token);
      item.append(weight, name);
      item.addEventListener('mouseenter', () => choose(side, row));
      item.addEventListener('focus', () => choose(side, row));
      list.append(item);
    }
    list.addEventListener('mouseleave', () => choose());
    list.addEventListener('focusout', () => choose());
  }

  /** Moves the focus within the column of the focused token. */
  function step(by) {
    const list = document.activeElement.closest('ol');
    if (!list) return false;
    const items = [...list.children];
    const row = Math.min(items.length - 1, Math.max(0, items.indexOf(document.activeElement) + by));
    for (const [index, item] of items.entries()) item.tabIndex = index === row ? 0 : -1;
    items[row].focus();
    return true;
  }

  document.addEventListener('keydown', (event) => {
    const inSelect = event.target === element('layer');
    if (inSelect || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft') goToLayer(layer - 1);
    else if (event.key === 'ArrowRight') goToLayer(layer + 1);
    else if (event.key === 'Escape') document.activeElement.blur();
    else if (event.key === 'ArrowUp' ? !step(-1) : event.key !== 'ArrowDown' || !step(1)) return;
    event.preventDefault();
  });
  element('choice').addEventListener('submit', (event) => event.preventDefault());

  element('lines').setAttribute('viewBox', `0 0 ${WIDTH} ${ROW * tokens.length}`);
  element('lines').setAttribute('preserveAspectRatio', 'none');
  element('lines').style.height = `${ROW * tokens.length}px`;
  draw();
})();
