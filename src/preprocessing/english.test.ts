import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jatsToParagraphs } from './jats';

const read = (xml: string) =>
  jatsToParagraphs(xml, 'x.xml').map(({ section, text }) => (section ? `${section}: ${text}` : text));

const portuguese = (inFront: string, rest = '<body><p>Células.</p></body>', language = 'xml:lang="pt"') =>
  `<article ${language}><front><article-meta><title-group><article-title>Fígado</article-title>${inFront}</article-meta></front>${rest}</article>`;
const TRANSLATED_TITLE =
  '<trans-title-group xml:lang="en"><trans-title>Liver</trans-title><trans-subtitle>Of mice</trans-subtitle></trans-title-group></title-group>';
const ABSTRACTS =
  '<abstract><p>Resumo.</p></abstract><trans-abstract xml:lang="es"><p>Resumen.</p></trans-abstract><trans-abstract xml:lang="en"><title>Abstract</title><p>Summary.</p></trans-abstract>';
const KEYWORDS =
  '<kwd-group xml:lang="pt"><kwd>fígado</kwd></kwd-group><kwd-group xml:lang="en"><kwd>liver</kwd></kwd-group>';
const ENGLISH_FRONT = [
  'Title: Liver',
  'Title: Of mice',
  'Abstract: Abstract',
  'Abstract: Summary.',
  'Keywords: liver',
];

test('title, abstract and keywords in English replace the original ones', () => {
  assert.deepEqual(read(portuguese(TRANSLATED_TITLE + ABSTRACTS + KEYWORDS)), [...ENGLISH_FRONT, 'Células.']);
  // No language declared, but there is an English translation.
  assert.deepEqual(read(portuguese(TRANSLATED_TITLE + ABSTRACTS + KEYWORDS, '', '')), ENGLISH_FRONT);
  // NLM 2 has no groups.
  const old = '<trans-title xml:lang="EN-us">Liver</trans-title></title-group>';
  assert.deepEqual(read(portuguese(old, '')), ['Title: Liver']);
});

test('without English parts the article is read in its original language', () => {
  const spanish = TRANSLATED_TITLE.replace('"en"', '"es"');
  assert.deepEqual(read(portuguese(`${spanish}<abstract><p>Resumo.</p></abstract>`)), [
    'Title: Fígado',
    'Abstract: Resumo.',
    'Células.',
  ]);
});

test('of an English article nothing is displaced', () => {
  const xml = `<article xml:lang="en"><front><article-meta><title-group><article-title>Liver</article-title><trans-title-group xml:lang="fr"><trans-title>Foie</trans-title></trans-title-group></title-group>
    <abstract><p>Summary.</p></abstract><abstract abstract-type="toc"><p>Short.</p></abstract><abstract xml:lang="fr"><p>Résumé.</p></abstract><trans-abstract xml:lang="en"><p>Other.</p></trans-abstract>
    <kwd-group><kwd>liver</kwd></kwd-group><kwd-group xml:lang="fr"><kwd>foie</kwd></kwd-group></article-meta></front>
    <body><p>Cells.</p></body><sub-article article-type="translation" xml:lang="en"><body><p>no</p></body></sub-article></article>`;
  assert.deepEqual(read(xml), [
    'Title: Liver',
    'Abstract: Summary.',
    'Abstract: Short.',
    'Keywords: liver',
    'Cells.',
  ]);
});

test('an English translation in a sub-article replaces what it translates', () => {
  const stub =
    '<front-stub><title-group><article-title>Liver</article-title></title-group><permissions><copyright-statement>no</copyright-statement></permissions><abstract><p>Summary.</p></abstract></front-stub>';
  const body = '<body><sec><title>Results</title><p>Cells.</p></sec></body>';
  const sub = (inside: string, language = 'en', type = 'translation') =>
    `<sub-article article-type="${type}" xml:lang="${language}">${inside}</sub-article>`;
  const rest = (subs: string) =>
    `<body><p>Células.</p></body><back><ack><p>Obrigado.</p></ack></back>${subs}`;
  const front = '</title-group><abstract><p>Resumo.</p></abstract>';
  assert.deepEqual(read(portuguese(front, rest(sub(stub, 'es') + sub(stub + body)))), [
    'Title: Liver',
    'Abstract: Summary.',
    'Results: Results',
    'Results: Cells.',
    'Acknowledgements: Obrigado.',
  ]);
  assert.deepEqual(read(portuguese(front, rest(sub(stub)))), [
    'Title: Liver',
    'Abstract: Summary.',
    'Células.',
    'Acknowledgements: Obrigado.',
  ]);
  assert.deepEqual(read(portuguese(front, rest(sub(stub + body, 'en', 'reply')))).slice(0, 3), [
    'Title: Fígado',
    'Abstract: Resumo.',
    'Células.',
  ]);
});

test('an article that declares no language is English unless it has been translated into English', () => {
  const keywords =
    '<kwd-group><kwd>fígado</kwd></kwd-group><kwd-group xml:lang="en"><kwd>liver</kwd></kwd-group>';
  assert.deepEqual(read(portuguese(TRANSLATED_TITLE + keywords, '', '')), [
    'Title: Liver',
    'Title: Of mice',
    'Keywords: liver',
  ]);
  const abstracts = '<abstract><p>Summary.</p></abstract><abstract xml:lang="pt"><p>Resumo.</p></abstract>';
  assert.deepEqual(read(portuguese(`</title-group>${abstracts}`, '', '')), [
    'Title: Fígado',
    'Abstract: Summary.',
  ]);
});

test('a language may be declared without a prefix', () => {
  const title = TRANSLATED_TITLE.replace('xml:lang', 'lang');
  assert.deepEqual(read(portuguese(title, '', 'lang="pt"')), ['Title: Liver', 'Title: Of mice']);
});
