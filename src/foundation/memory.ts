import { readFileSync } from 'node:fs';

/**
 * Returns the peak resident memory of this process, in millions of bytes.
 *
 * On Linux, reads the peak of this program alone: `resourceUsage` starts with the parent's peak at the time of the fork.
 */
export function peakMegabytes(): number {
  if (process.platform === 'linux') {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kibibytes) return (Number(kibibytes) * 1024) / 1e6;
  }
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
