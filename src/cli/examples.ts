/** The end of a command's help: commands to copy, which examples.test.ts runs. */
export function examples(...commands: string[]): string {
  const heading = commands.length === 1 ? 'Example:' : 'Examples:';
  return ['', heading, ...commands.map((command) => `  ${command}`)].join('\n');
}
