import { isAnnotation } from './article';

/** Annotations have lists of objects with texts in them. */
const DEEPEST = 8;

/**
 * Returns why an annotation is unusable, or undefined for a valid one. Unknown fields are kept if they can be written and read
 * again.
 */
export function flawOf(annotation: unknown): string | undefined {
  const { exact, type } = Object(annotation) as Record<string, unknown>;
  if (typeof exact !== 'string' || typeof type !== 'string') return 'without "exact" or "type"';
  if (!isPlain(annotation, DEEPEST)) return 'nested too deeply, or with a field named "__proto__"';
  if (!isAnnotation(annotation)) return 'with a field of the wrong type';
  return undefined;
}

/** Whether a value of `JSON.parse` is nested at most `depth` deep and changes no object's prototype when it is copied. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((part) => isPlain(part, depth - 1));
}
