// Writes docs/configuration.md, with every key of every configuration file, from the schemas of the compiled library: node
// environment/configuration-docs.mjs. A test compares the two.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from './places.mjs';

export const page = join(root, 'docs', 'configuration.md');

/** Returns the page as it should be. */
export function configurationPage() {
  const load = createRequire(import.meta.url);
  const { ENCODER_SHAPE_SCHEMA, OPTIMIZER_KEYS, PRETRAINING_SCHEMA, SPACE_SCHEMA, TRAINING_SCHEMA } = load(
    join(root, 'dist', 'training'),
  );
  const { distillationFileSchema, GENERAL_DISTILLATION_SCHEMA, sparsityFileSchema } = load(
    join(root, 'dist', 'compression'),
  );
  return `# Configuration files

Every key, with its type, default and meaning. Files are JSON; paths in them are relative to the file. This page is
generated from the schemas that check the files (\`node environment/configuration-docs.mjs\`); \`--schema\` prints them as JSON Schema, for editors.

## \`falconframes train --config FILE\`

${table(TRAINING_SCHEMA)}

## \`falconframes pretrain --config FILE\`

${withoutKeys(PRETRAINING_SCHEMA, OPTIMIZER_KEYS)}

The object \`fresh\`:

${table(ENCODER_SHAPE_SCHEMA)}

With an object \`distillation\`, the new encoder does not predict masked words; it learns to compute what a teacher computes. \`encoder\` is left out then,
since the teacher has the tokenizer.

${table(GENERAL_DISTILLATION_SCHEMA)}

## \`falconframes compress distil --config FILE\`

${partOf(distillationFileSchema(), 'distillation', TRAINING_SCHEMA)}

## \`falconframes compress sparsify --config FILE\`

${partOf(sparsityFileSchema(), 'sparsity', TRAINING_SCHEMA)}

## \`falconframes search --space FILE\`

${table(SPACE_SCHEMA)}
`;
}

/** Documents a file that contains a training's keys, except some, and a section with further keys. */
function partOf({ properties }, part, training) {
  const code = (key) => `\`${key}\``;
  const without = Object.keys(training.properties).filter((key) => !(key in properties));
  return `The keys of \`train\` without ${without.map(code).join(', ')}, which are taken from the model folder, and an object \`${part}\` with these:

${table(properties[part])}`;
}

/** Documents a file with the keys of an optimizer, of which only those are listed that have another default or meaning. */
function withoutKeys({ properties, required }, shared) {
  const isShared = ([key, property]) => property === shared[key];
  const names = Object.entries(properties).filter(isShared);
  const own = Object.entries(properties).filter((entry) => !isShared(entry));
  return `The keys ${names.map(([key]) => `\`${key}\``).join(', ')} of \`train\`, and these:

${table({ properties: Object.fromEntries(own), required })}`;
}

function table({ properties, required }) {
  const rows = Object.entries(properties).map(([key, property]) => {
    const { default: value, description = '' } = property;
    const filled =
      value !== undefined ? `\`${JSON.stringify(value)}\`` : required.includes(key) ? 'required' : '';
    return [`\`${key}\``, kindOf(property), filled, description];
  });
  return [['Key', 'Value', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

const NAMES = { integer: 'whole number', number: 'number', string: 'text', null: '`null`' };

/** Describes the type of a value: "whole number from 1 to 20 or `null`". */
function kindOf({ type, enum: choices, minimum, maximum, items, additionalProperties }) {
  if (choices) return choices.map((one) => `\`${one}\``).join(', ');
  const name = (one) => {
    if (one === 'array') return `list: ${kindOf(items)}`;
    if (one === 'object')
      return additionalProperties && additionalProperties.type !== 'object'
        ? `object of names, each with a ${kindOf(additionalProperties)}`
        : 'object';
    if (one !== 'integer' && one !== 'number') return NAMES[one];
    return [NAMES[one], minimum !== undefined && `from ${minimum}`, maximum !== undefined && `to ${maximum}`]
      .filter(Boolean)
      .join(' ');
  };
  return [type].flat().map(name).join(' or ');
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, configurationPage());
