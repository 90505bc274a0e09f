import { existsSync, readFileSync } from 'node:fs';

/** An extension of the processor that multiplies many numbers at once. */
export interface Instructions {
  name: string;
  /** Multiplications of one instruction. */
  float32: number;
  int8: number;
  does: string;
  present: boolean;
}

/** The flags are those of /proc/cpuinfo on x86; the counts follow from the width of registers. */
const KNOWN = [
  {
    flags: ['avx2'],
    name: 'AVX2',
    float32: 8,
    int8: 32,
    does: 'sums pairs of products in 16 bits, two more instructions bring them to 32',
  },
  {
    flags: ['avx_vnni'],
    name: 'AVX-VNNI',
    float32: 8,
    int8: 32,
    does: 'multiplies and sums to 32 bits at once',
  },
  {
    flags: ['avx512f', 'avx512bw'],
    name: 'AVX-512',
    float32: 16,
    int8: 64,
    does: 'as AVX2, registers twice as wide',
  },
  {
    flags: ['avx512_vnni'],
    name: 'AVX-512 VNNI',
    float32: 16,
    int8: 64,
    does: 'multiplies and sums to 32 bits at once',
  },
];

/**
 * Which instructions for products of floats and of 8-bit integers an x86 processor on Linux has; undefined elsewhere.
 *
 * @param cpuinfo the text of /proc/cpuinfo, this machine's where it is left out
 */
export function integerInstructions(cpuinfo = ownCpuinfo()): Instructions[] | undefined {
  const line = /^flags\s*:(.*)$/m.exec(cpuinfo ?? '');
  if (!line) return undefined;
  const has = new Set(line[1].trim().split(/\s+/));
  return KNOWN.map(({ flags, ...rest }) => ({ ...rest, present: flags.every((flag) => has.has(flag)) }));
}

function ownCpuinfo(): string | undefined {
  return existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : undefined;
}
