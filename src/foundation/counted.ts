/** Returns a number with its noun, for messages: "1 document", "2 documents". @param plural if it is not the noun with an s */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
