import { existsSync, readFileSync } from 'node:fs';

/** A SIMD extension of the processor. */
export interface Instructions {
  name: string;
  /** Multiplications per instruction. */
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
 * Returns the instructions of an x86 processor on Linux for products of floats and of 8-bit integers; undefined elsewhere.
 *
 * @param cpuinfo the text of /proc/cpuinfo; default: this machine's
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
