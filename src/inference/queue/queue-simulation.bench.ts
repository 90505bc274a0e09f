/**
 * `npm run bench -- queue-simulation [--sentences 1500] [--redis 0.015] [--json]`: how long fleets of 10 to 1,000 machines take for all
 * of Europe PMC, what that asks of Redis, and where more machines stop helping.
 *
 * Measured here: how fast a coordinator plans, from articles of 88 kB in files and in an archive, and how long a worker takes to
 * reach the last article of an archive of 10,000. Taken from `queue-scaling`: sentences per second of a core (`--sentences`), and seconds of
 * Redis per shard (`--redis`). Assumed, see docs/fleet.md: sizes of the corpus, four cores a machine, losses of 5 % of the machines an hour.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listInputs, Skipped } from '../corpus';
import { openRoots } from './roots';
import { locateFiles, type Shard, shardsOf, sourcesOfShard } from './shards';
import { simulateFleet } from './simulate-fleet.fixture';

const argument = (name: string, otherwise: number) => {
  const index = process.argv.indexOf(name);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};

const FULL_TEXTS = 8_700_000;
const ABSTRACTS = 33_000_000;
const SENTENCES_OF_FULL_TEXT = 252;
const SENTENCES_OF_ABSTRACT = 10;
const CORES = 4;
/** In an archive of Europe PMC. */
const ARTICLES = 10_000;

const paragraph =
  '<p>HeLa cells and human hepatocytes were grown in the dish for three days, as described before.</p>';
const article = (index: number) =>
  `<article><front><article-meta><article-id pub-id-type="pmcid">PMC${index}</article-id></article-meta></front><body>${paragraph.repeat(310)}</body><back><ref-list>${'<ref><mixed-citation>A, B and C (2020)</mixed-citation></ref>'.repeat(910)}</ref-list></back></article>`;

async function planning() {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-planning-'));
  try {
    const roots = openRoots([folder]);
    const plan = async (inputs: string) => {
      const files = locateFiles(listInputs([inputs]).files, roots);
      const shards: Shard[] = [];
      const start = process.cpuUsage();
      for await (const shard of shardsOf(files, roots, { run: '', shardSize: 2_000, skipped: new Skipped() }))
        shards.push(shard);
      const { user, system } = process.cpuUsage(start);
      return { shards, seconds: (user + system) / 1e6 };
    };
    mkdirSync(join(folder, 'files'));
    for (let index = 0; index < 2_000; index++)
      writeFileSync(join(folder, 'files', `${index}.xml`), article(index));
    const files = await plan(join(folder, 'files'));
    mkdirSync(join(folder, 'archive'));
    // In members of 500 articles: a string holds fewer than 10,000.
    const members = Array.from({ length: ARTICLES / 500 }, (_, member) =>
      gzipSync(Array.from({ length: 500 }, (_, index) => article(500 * member + index)).join('\n')),
    );
    const whole = Buffer.concat([gzipSync('<articles>'), ...members, gzipSync('</articles>')]);
    writeFileSync(join(folder, 'archive', 'set.xml.gz'), whole);
    const archive = await plan(join(folder, 'archive'));
    const start = process.cpuUsage();
    for await (const _ of sourcesOfShard(archive.shards.at(-1)!, roots));
    const { user, system } = process.cpuUsage(start);
    return {
      articlesPerSecond: { files: 2_000 / files.seconds, archive: ARTICLES / archive.seconds },
      articlesPerShard: ARTICLES / archive.shards.length,
      secondsToLastShard: (user + system) / 1e6,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const rate = argument('--sentences', 1_500);
  const redisPerShard = argument('--redis', 0.015);
  const measured = await planning();
  const { articlesPerShard } = measured;
  const sentences = FULL_TEXTS * SENTENCES_OF_FULL_TEXT + ABSTRACTS * SENTENCES_OF_ABSTRACT;
  const shards = Math.round(FULL_TEXTS / articlesPerShard + ABSTRACTS / 2_000);
  const shardSeconds = sentences / rate / shards;
  const plannedPerSecond = measured.articlesPerSecond.archive / articlesPerShard;
  const rows = [10, 30, 100, 300, 1_000].map((machines) => {
    const simulated = simulateFleet({
      ...{ machines, cores: CORES, shards, shardSeconds, spread: 0.5, lossesPerHour: 0.05, replacement: 120 },
      ...{
        recovery: 45,
        plannedPerSecond,
        redisPerShard,
        redisPerRenewal: redisPerShard / 20,
        renewal: 15,
        seed: 1,
      },
    });
    const { seconds, ...others } = simulated;
    return { machines, hours: seconds / 3600, ...others };
  });
  const coreHours = sentences / rate / 3600;
  const result = { measured, sentences, shards, shardSeconds, plannedPerSecond, coreHours, rows };
  if (process.argv.includes('--json')) console.log(JSON.stringify(result, null, 2));
  else {
    const { rows: _, ...figures } = result;
    console.log(figures);
    console.table(rows);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
