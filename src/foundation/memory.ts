import { readFileSync } from 'node:fs';

/**
 * Resident memory of this process at its peak, in millions of bytes.
 *
 * Linux is asked for the peak of this program alone: what `resourceUsage` tells there begins with the parent's at the time of the fork.
 */
export function peakMegabytes(): number {
  if (process.platform === 'linux') {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kibibytes) return (Number(kibibytes) * 1024) / 1e6;
  }
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
