// The script of the error browser. What it reads is the JSON that error-browser.ts wrote; every text goes into the page as text.
(() => {
  const { labels, colours, kinds, sentences } = JSON.parse(document.getElementById('data').textContent);
  const PAGE = 50;
  const element = (id) => document.getElementById(id);
  const corpora = [...new Set(sentences.map(({ corpus }) => corpus))];

  // A mention of the wrong label belongs to both labels.
  const labelsOf = ({ gold, predicted }) =>
    labels.filter((label) => label === gold?.label || label === predicted?.label);
  const FACETS = {
    kind: { values: kinds, of: (mention) => [mention.outcome] },
    label: { values: labels, of: labelsOf },
    corpus: { values: corpora, of: (_, sentence) => [sentence.corpus] },
  };

  /** What is chosen in each facet, what is searched for, and the sentences that this leaves. At first: all mistakes. */
  const chosen = {};
  function chooseMistakes() {
    for (const [facet, { values }] of Object.entries(FACETS))
      chosen[facet] = new Set(values.filter((value) => facet !== 'kind' || value !== 'correct'));
  }
  chooseMistakes();
  let found = [];
  let page = 0;

  /** Characters that hide or reorder others, as escapes: what `printable` of the library does to them. */
  const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
  const shown = (text) =>
    text.replace(HIDDEN, (character) => {
      const code = character.charCodeAt(0).toString(16);
      if (character === '\n' || character === '\t') return character;
      return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
    });

  /** Strings among the children become texts. */
  function build(tag, attributes = {}, ...children) {
    const built = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) built.setAttribute(name, value);
    built.append(...children.map((child) => (typeof child === 'string' ? shown(child) : child)));
    return built;
  }

  for (const [facet, { values }] of Object.entries(FACETS)) {
    for (const value of values) {
      const box = build('input', { type: 'checkbox', name: facet, value });
      box.checked = chosen[facet].has(value);
      box.addEventListener('change', () => {
        if (box.checked) chosen[facet].add(value);
        else chosen[facet].delete(value);
        filter();
      });
      const label = build('label', {}, box);
      if (facet === 'label') {
        const swatch = build('span', { class: 'swatch' });
        swatch.style.background = colours[value];
        label.append(swatch);
      }
      label.append(shown(value), build('output'));
      element(facet).append(label);
    }
  }

  /** Whether a mention passes, but for one facet where one is named. */
  function passes(mention, sentence, except) {
    return Object.entries(FACETS).every(
      ([facet, { of }]) =>
        facet === except || of(mention, sentence).some((value) => chosen[facet].has(value)),
    );
  }

  function filter() {
    const wanted = element('search').value.trim().toLowerCase();
    const inText = ({ text, article }) =>
      text.toLowerCase().includes(wanted) || article.toLowerCase().includes(wanted);
    const searched = wanted ? sentences.filter(inText) : sentences;
    found = [];
    const counts = Object.fromEntries(Object.keys(FACETS).map((facet) => [facet, new Map()]));
    let mentions = 0;
    for (const sentence of searched) {
      let isFound = false;
      for (const mention of sentence.mentions) {
        for (const [facet, { of }] of Object.entries(FACETS)) {
          if (!passes(mention, sentence, facet)) continue;
          for (const value of of(mention, sentence))
            counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1);
        }
        if (!passes(mention, sentence)) continue;
        isFound = true;
        mentions++;
      }
      if (isFound) found.push(sentence);
    }
    for (const [facet, byValue] of Object.entries(counts))
      for (const label of element(facet).querySelectorAll('label'))
        label.querySelector('output').textContent = byValue.get(label.querySelector('input').value) ?? 0;
    show(0, `${mentions} mentions in ${found.length} sentences`);
  }

  let summary = '';
  /** Puts one page of the found sentences into the document; there may be thousands in all. */
  function show(to, newSummary = summary) {
    [page, summary] = [to, newSummary];
    const first = page * PAGE;
    const shown = found.slice(first, first + PAGE);
    element('sentences').replaceChildren(...shown.map(draw));
    element('place').textContent =
      found.length > PAGE ? `${summary}; ${first + 1} to ${first + shown.length}` : summary;
    element('previous').disabled = page === 0;
    element('next').disabled = first + PAGE >= found.length;
  }

  function draw(sentence) {
    const { corpus, article, section, text, mentions } = sentence;
    const origin = [corpus, `article ${article}`, section].filter(Boolean).join(', ');
    const list = build(
      'ul',
      { class: 'mentions' },
      ...mentions.map((mention) => describe(mention, sentence)),
    );
    const origins = build('div', { class: 'origin' }, origin);
    return build('li', { tabindex: '-1' }, origins, build('p', {}, ...mark(text, mentions)), list);
  }

  /** The text in pieces between all borders of mentions, each underlined (gold) and shaded (predicted) as it has to be. */
  function mark(text, mentions) {
    const spans = mentions.flatMap(({ gold, predicted }) => [gold, predicted].filter(Boolean));
    const borders = [0, text.length, ...spans.flatMap(({ start, end }) => [start, end])];
    const places = [...new Set(borders)].sort((one, other) => one - other);
    return places.slice(1).map((end, index) => {
      const start = places[index];
      const piece = text.slice(start, end);
      const covers = (span) => span && span.start <= start && span.end >= end;
      const ofSide = (side) => mentions.map((mention) => mention[side]).filter(covers);
      const [gold, predicted] = [ofSide('gold'), ofSide('predicted')];
      if (gold.length + predicted.length === 0) return piece;
      const marked = build('span', {}, piece);
      for (const [side, covering] of Object.entries({ gold, predicted })) {
        if (covering.length === 0) continue;
        marked.classList.add(side);
        marked.style.setProperty(`--${side}`, colours[covering[0].label]);
      }
      const names = (covering) => covering.map(({ label }) => label).join(', ') || 'none';
      marked.title = `gold: ${names(gold)}; predicted: ${names(predicted)}`;
      return marked;
    });
  }

  function describe(mention, sentence) {
    const { outcome, gold, predicted } = mention;
    const name = (span) => `${span.label} “${sentence.text.slice(span.start, span.end)}”`;
    const words =
      outcome === 'correct' ? name(gold) : [gold, predicted].filter(Boolean).map(name).join(' → ');
    const item = build('li', {}, build('b', {}, outcome), ` ${words}`);
    if (!passes(mention, sentence)) item.className = 'aside';
    return item;
  }

  /** Moves the focus by so many sentences, from the first where none has it. */
  function step(by) {
    const items = [...element('sentences').children];
    const now = items.indexOf(document.activeElement);
    items[now < 0 ? 0 : Math.min(items.length - 1, Math.max(0, now + by))]?.focus();
  }

  const turn = { previous: () => show(page - 1), next: () => show(page + 1) };
  for (const [id, go] of Object.entries(turn)) element(id).addEventListener('click', go);
  const KEYS = {
    '/': () => element('search').focus(),
    j: () => step(1),
    k: () => step(-1),
    ArrowLeft: () => element('previous').click(),
    ArrowRight: () => element('next').click(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.target === element('search') && event.key === 'Escape') event.target.blur();
    const isTyping = event.target === element('search') || event.ctrlKey || event.metaKey || event.altKey;
    if (isTyping || !(event.key in KEYS)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  element('search').addEventListener('input', filter);
  element('reset').addEventListener('click', () => {
    chooseMistakes();
    for (const box of element('filters').querySelectorAll('input[type=checkbox]'))
      box.checked = chosen[box.name].has(box.value);
    element('search').value = '';
    filter();
  });
  element('filters').addEventListener('submit', (event) => event.preventDefault());
  filter();
})();
