/**
 * Reads articles in another language with parts in English. The English parts replace the original ones:
 *
 * - a title and abstracts that are not declared English are replaced by `trans-title` and `trans-abstract` in English;
 * - keywords in English replace those in other languages;
 * - an English `sub-article` of the type `translation` replaces, part by part, title, abstracts, keywords, body, back matter
 *   and floats of an article that is not declared English. Parts that it lacks are those of the original.
 *
 * An article without English parts is read in its original language.
 */
import type { XmlElement, XmlNode } from '../foundation';
import { FRONT_DATA } from './jats-elements';

/** Replaces the original parts of the article by its English ones; returns it unchanged if it has no translation. */
export function inEnglish(article: XmlElement): XmlElement {
  const data = frontData(article);
  const language = languageOf(article.attributes) ?? (data && hasTranslation(data) ? UNKNOWN : undefined);
  const translation = isEnglish(language) ? undefined : elements(article, 'sub-article').find(isTranslation);
  const translated = translation && frontData(translation);
  if (!data) return translation ? replaceParts(article, translation) : article;
  const kept = { ...data, children: data.children.filter((child) => !isNamed(child, TEXTS)) };
  const front = TEXTS.flatMap((name) => {
    const own = translated ? textsInEnglish(translated, name, 'en') : [];
    return own.length > 0 ? own : textsInEnglish(data, name, language);
  });
  const withFront = replaceFront(article, data, { ...kept, children: [...kept.children, ...front] });
  return translation ? replaceParts(withFront, translation) : withFront;
}

/** The language of an article that does not declare it, and has a title or abstract translated into English. */
const UNKNOWN = 'und';

function hasTranslation(data: XmlElement): boolean {
  const translations = [data, ...elements(data, 'title-group')].flatMap(({ children }) =>
    children.filter((child): child is XmlElement => isNamed(child, TRANSLATIONS)),
  );
  return translations.some(({ attributes }) => isEnglish(languageOf(attributes)));
}

const TRANSLATIONS = ['trans-abstract', 'trans-title', 'trans-title-group'];

const TEXTS = ['title-group', 'abstract', 'kwd-group'];

/** The elements of one kind in the front matter that are read. */
function textsInEnglish(data: XmlElement, name: string, language: string | undefined): XmlElement[] {
  const own = elements(data, name);
  if (name === 'title-group') return own.map((group) => titleInEnglish(group, language));
  const declared = (text: XmlElement) => languageOf(text.attributes) ?? language;
  if (own.some((text) => isEnglish(declared(text)) || declared(text) === undefined))
    return own.filter((text) => declared(text) === undefined || isEnglish(declared(text)));
  if (name === 'abstract') {
    const translated = elements(data, 'trans-abstract').filter((text) =>
      isEnglish(languageOf(text.attributes)),
    );
    if (translated.length > 0) return translated.map((text) => ({ ...text, name: 'abstract' }));
  }
  return own;
}

function titleInEnglish(group: XmlElement, language: string | undefined): XmlElement {
  const [title] = elements(group, 'article-title');
  if (isEnglish((title && languageOf(title.attributes)) ?? languageOf(group.attributes) ?? language))
    return group;
  // NLM 2 has the translated title beside the original, JATS in a group of its own.
  const groups = elements(group, 'trans-title-group').map(({ attributes, children }) =>
    children.map((child) =>
      typeof child === 'string' ? child : { ...child, attributes: { ...attributes, ...child.attributes } },
    ),
  );
  for (const children of [...groups, group.children]) {
    const inEnglish = children.filter(
      (child): child is XmlElement =>
        typeof child !== 'string' &&
        child.name.startsWith('trans-') &&
        isEnglish(languageOf(child.attributes)),
    );
    if (inEnglish.some(({ name }) => name === 'trans-title')) {
      const names: Record<string, string> = { 'trans-title': 'article-title', 'trans-subtitle': 'subtitle' };
      return {
        ...group,
        children: inEnglish.map((child) => ({ ...child, name: names[child.name] ?? child.name })),
      };
    }
  }
  return group;
}

const PARTS = ['body', 'back', 'floats-group'];

/** Replaces the article's body, back matter and floats by those of the translation. */
function replaceParts(article: XmlElement, translation: XmlElement): XmlElement {
  const others = article.children.filter((child) => !isNamed(child, PARTS));
  const parts = PARTS.flatMap((name) => {
    const translated = elements(translation, name);
    return translated.length > 0 ? translated : elements(article, name);
  });
  return { ...article, children: [...others, ...parts] };
}

function replaceFront(article: XmlElement, data: XmlElement, replacement: XmlElement): XmlElement {
  const replace = (nodes: readonly XmlNode[]) => nodes.map((node) => (node === data ? replacement : node));
  const children = replace(article.children).map((child) =>
    isNamed(child, ['front']) ? { ...child, children: replace(child.children) } : child,
  );
  return { ...article, children };
}

function isTranslation(part: XmlElement): boolean {
  return part.attributes['article-type'] === 'translation' && isEnglish(languageOf(part.attributes));
}

/** Its `article-meta` or `front-stub`. */
function frontData(article: XmlElement): XmlElement | undefined {
  const around = [article, ...elements(article, 'front')];
  return around
    .flatMap(({ children }) => children)
    .find((child): child is XmlElement => isNamed(child, [...FRONT_DATA]));
}

/** The declared language in lower case. */
export function languageOf(attributes: XmlElement['attributes']): string | undefined {
  return (attributes['xml:lang'] ?? attributes.lang)?.trim().toLowerCase() || undefined;
}

export function isEnglish(language: string | undefined): boolean {
  return language !== undefined && /^(?:en|eng)(?:[-_]|$)/.test(language);
}

function elements(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child): child is XmlElement => isNamed(child, [name]));
}

function isNamed(node: XmlNode, names: readonly string[]): node is XmlElement {
  return typeof node !== 'string' && names.includes(node.name);
}
