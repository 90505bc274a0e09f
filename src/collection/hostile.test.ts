/** Invalid and hostile responses: one bad item costs only that item, and every run ends. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { collectArticles } from './collect';
import { compareAnnotations } from './compare';
import {
  annotationsJson,
  articleXml,
  GOOD,
  searchJson,
  typesJson,
  withAnswers,
} from './europepmc-server.fixture';
import { listen } from './local-server';

const EIGHT = Array.from({ length: 8 }, (_, index) => `PMC${index + 1}`);

function stored(out: string, pmcid: string) {
  return JSON.parse(readFileSync(join(out, 'articles', `${pmcid}.json`), 'utf8'));
}

/** The same list, with what an object literal cannot hold. */
function jsonOf(pmcids: readonly string[], raw: Record<string, string>): string {
  return `[${pmcids.map((pmcid) => `{"pmcid":"${pmcid}","annotations":[${raw[pmcid] ?? JSON.stringify(GOOD)}]}`)}]`;
}

test('unusable annotations are left out and counted by flaw; their article and the others are stored', async () => {
  const good = JSON.stringify(GOOD);
  const field = (name: string, value: string) =>
    `{"${name}":${value},${good.slice(1)}`.replace(/,"tags":.*?],/, ',');
  const wrong = {
    withoutText: [
      good.replace('"HeLa"', 'null'),
      good.replace('"exact":"HeLa",', ''),
      '{}',
      'null',
      '7',
      '[]',
      '"x"',
    ],
    wrongType: [
      good.replace('"Results"', '5'),
      good.replace(/\[.*?\]/, '"no"'),
      good.replace('"id":"1"', '"id":7'),
      good.replace('"provider":"x"', '"provider":{"a":1}'),
      good.replace(/\[.*?\]/, '[null]'),
    ],
    deep: [
      good.replace(/\[.*?\]/, `${'['.repeat(50_000)}${']'.repeat(50_000)}`),
      field('unknown', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
      field('__proto__', '{"polluted":1}'),
    ],
  };
  const kept = [
    good.replace('"prefix":""', '"prefix":null'),
    good.replace(/"tags":.*?],/, ''),
    field('subType', '"new"'),
    field('constructor', '{"prototype":{"polluted":1}}'),
    field('fileName', '"supplement.pdf"'),
  ];
  const raw = {
    PMC1: [...wrong.withoutText, good].join(),
    PMC2: [...wrong.wrongType, good].join(),
    PMC3: [good, ...wrong.deep].join(),
    PMC4: kept.join(),
    PMC5: `${good},${good.replace('"exact":"HeLa",', '').replace('Cell Line', 'Gene Disease OpenTargets')}`,
    PMC6: wrong.wrongType[0],
  };
  await withAnswers({ annotations: (pmcids) => jsonOf(pmcids, raw) }, async ({ options, asked }) => {
    const report = await collectArticles({ ...options, ids: EIGHT });
    assert.deepEqual(report.leftOut, {
      PMC1: { 'without "exact" or "type"': 7 },
      PMC2: { 'with a field of the wrong type': 5 },
      PMC3: { 'nested too deeply, or with a field named "__proto__"': 3 },
      PMC5: { 'without "exact" or "type"': 1 },
    });
    assert.equal(report.stored, 7);
    assert.deepEqual(Object.keys(report.missing), ['PMC6']);
    assert.match(
      report.missing.PMC6,
      /no annotations .* that can be used \(1 with a field of the wrong type\)/,
    );
    assert.deepEqual(stored(options.out, 'PMC3').annotations, [GOOD]);
    assert.equal(JSON.stringify(stored(options.out, 'PMC4').annotations), `[${kept.join()}]`);
    assert.equal(stored(options.out, 'PMC7').leftOut, undefined);
    assert.equal(asked.get(`annotations ${EIGHT}`), 1);
    assert.equal(asked.size, 1 + 7); // one group and a full text of each
    assert.equal(({} as { polluted?: number }).polluted, undefined);
    // Resumed: only what is missing is requested, and the counts are unchanged.
    const manifest = readFileSync(join(options.out, 'manifest.json'), 'utf8');
    const again = await collectArticles({ ...options, ids: EIGHT });
    assert.equal(again.fetched, 0);
    assert.equal(readFileSync(join(options.out, 'manifest.json'), 'utf8'), manifest);
  });
});

test('an empty list is accepted, an unrequested article is ignored, and a missing one is requested separately', async () => {
  const answer = (pmcids: string[]) => {
    if (pmcids.length === 1) return annotationsJson(pmcids);
    const rest = pmcids.filter((pmcid) => pmcid !== 'PMC1' && pmcid !== 'PMC2');
    const lists = [annotationsJson(['PMC777']), annotationsJson(['PMC1'], []), annotationsJson(rest)];
    return `[${lists.map((list) => list.slice(1, -1)).join()},null,7,{"pmcid":{"toString":1},"extId":[[]]}]`;
  };
  await withAnswers({ annotations: answer }, async ({ options, asked }) => {
    const report = await collectArticles({ ...options, ids: EIGHT });
    assert.deepEqual(report.missing, { PMC1: 'the service has no annotations of these classes for it' });
    assert.equal(report.stored, 7);
    assert.deepEqual(
      [...asked].filter(([what]) => what.startsWith('annotations')),
      [
        [`annotations ${EIGHT}`, 1],
        ['annotations PMC2', 1],
      ],
    );
  });
});

test('well-formed XML is stored unchanged; truncated XML is requested again', async () => {
  const shapes: Record<string, string> = {
    PMC1: articleXml('PMC1', { tail: '\n<!-- exported 2024 --><?end?>\n' }),
    PMC2: articleXml('PMC2', {
      head: '<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="x.xsl"?>\n',
    }),
    PMC3: articleXml('PMC3', {
      head: '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "x.dtd" [\n<!ENTITY nbsp "&#160;">\n<!ELEMENT x ANY>]>\n',
    }),
    PMC4: articleXml('PMC4', { head: `<!--${'licence '.repeat(3_000)}-->` }),
    PMC5: articleXml('PMC5', { head: '<!---->'.repeat(5_000) }),
    PMC6: articleXml('PMC6')
      .replace(/(<\/?)/g, '$1pmc:')
      .replace('<pmc:article', '<pmc:article xmlns:pmc="x"'),
    PMC7: articleXml('PMC7.1'),
    PMC8: `<!-- <article-id pub-id-type="pmcid">PMC4</article-id> -->${articleXml('PMC8')}`,
  };
  const times = new Map<string, number>();
  const fullText = (pmcid: string) => {
    const time = (times.get(pmcid) ?? 0) + 1;
    times.set(pmcid, time);
    const whole = shapes[pmcid];
    const [tail, body] = [whole.length - 12, Math.floor(whole.length / 2)];
    return time === 1 ? whole.slice(0, tail) : time === 2 ? whole.slice(0, body) : whole;
  };
  await withAnswers({ fullText }, async ({ options }) => {
    const { missing } = await collectArticles({ ...options, ids: EIGHT });
    assert.deepEqual(missing, {});
    for (const pmcid of EIGHT) assert.equal(stored(options.out, pmcid).fullText, shapes[pmcid]);
  });
});

test('unterminated comments, malformed XML and other files are refused immediately, in linear time', async () => {
  const texts: Record<string, string> = {
    PMC1: `${'<!---->'.repeat(200_000)}X`,
    PMC2: `${'<!---->\n'.repeat(60)}X`,
    PMC3: articleXml('PMC3').replace('</sec>', '</section>'),
    PMC4: '<html><body>wait</body></html>',
    PMC5: articleXml('PMC9'),
    PMC6: '<a><b/></a>',
    PMC7: `${'<a>'.repeat(100_000)}`,
  };
  await withAnswers({ fullText: (pmcid) => texts[pmcid] }, async ({ options, asked }) => {
    const ids = Object.keys(texts);
    const { missing, stored: count } = await collectArticles({ ...options, ids, retries: 2 });
    assert.equal(count, 0);
    const [first, second, third, html, other, root, deep] = ids.map((pmcid) => missing[pmcid]);
    for (const reason of [first, second, third])
      assert.match(reason, /^the full text line \d+: not well-formed XML/);
    assert.match(html, /is HTML/);
    assert.equal(other, 'the full text is that of PMC9');
    assert.match(root, /<article>/);
    assert.match(deep, /deep/);
    for (const pmcid of ['PMC1', 'PMC2', 'PMC3', 'PMC6', 'PMC7'])
      assert.equal(asked.get(`fullText ${pmcid}`), 1);
    for (const pmcid of ['PMC4', 'PMC5']) assert.equal(asked.get(`fullText ${pmcid}`), 3);
  });
});

test('responses that are too large or too deep are cut off at the limit, not retried, and cost only their article', async () => {
  const deep = '['.repeat(1_000_001);
  const many = `[${Array(200_000).fill('{"pmcid":"PMC9"}').join()}]`;
  await withAnswers(
    {
      annotations(pmcids, response) {
        const [pmcid] = pmcids;
        if (pmcids.length > 1 || pmcid === 'PMC1') return deep;
        if (pmcid === 'PMC2') return many;
        if (pmcid === 'PMC3') response.writeHead(200, { 'Content-Length': 1e9 });
        if (pmcid === 'PMC4')
          return annotationsJson(pmcids, Array(60_000).fill({ exact: 'a', type: 'Cell' }));
        return pmcid === 'PMC3' ? void response.write('[') : annotationsJson(pmcids);
      },
      fullText(pmcid, response) {
        if (pmcid === 'PMC5') {
          const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20));
          response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
          return undefined;
        }
        if (pmcid !== 'PMC6') return articleXml(pmcid);
        const piece = Buffer.alloc(2 ** 20, 'x');
        const send = () => {
          while (!response.destroyed && response.write(piece));
          if (!response.destroyed) response.once('drain', send);
        };
        send(); // without end
        return undefined;
      },
    },
    async ({ options, asked }) => {
      const { missing } = await collectArticles({ ...options, ids: EIGHT });
      assert.deepEqual(missing, {
        PMC1: 'the annotations are nested more than 1000 levels deep',
        PMC2: 'the annotations are of more than 100 items',
        PMC3: 'the answer is larger than 32 MB',
        PMC4: 'more than 50000 annotations of PMC4 were returned',
        PMC5: 'the answer is larger than 32 MB',
        PMC6: 'the answer is larger than 32 MB',
      });
      assert.equal(Math.max(...asked.values()), 1);
    },
  );
});

test('paging stops if endless or circular pages bring nothing new', async () => {
  let number = 0;
  const cursors: ((cursor: string) => string)[] = [
    (cursor) => searchJson(['PMC1', 'PMC2'], cursor === 'A' ? 'B' : 'A'),
    () => searchJson(['PMC1', 'PMC2'], `new ${++number}`),
    (cursor) => searchJson(['PMC1', 'PMC2'], cursor),
    () => searchJson(['PMC1', 'PMC2', 'PMC1/../../x', 'PMC1\n', `PMC${'9'.repeat(240)}`, null, {}, 7]),
  ];
  for (const search of cursors)
    await withAnswers({ search }, async ({ options, folder, asked }) => {
      const report = await collectArticles({ ...options, query: 'lung' });
      assert.deepEqual(Object.keys(report.articles), ['PMC1', 'PMC2']);
      assert.ok([...asked].filter(([what]) => what.startsWith('search')).length <= 5, [...asked].join('\n'));
      assert.deepEqual(readdirSync(folder), ['collection']);
    });
  const marks: ((cursor: number) => unknown)[] = [
    (cursor) => cursor + 1,
    (cursor) => (cursor === 1 ? 2 : 1),
    () => 0,
  ];
  for (const mark of marks)
    await withAnswers(
      { types: (cursor) => typesJson(['PMC1', 'PMC2'], mark(Number(cursor))) },
      async ({ options, asked }) => {
        const report = await collectArticles({ ...options, types: ['Cell Line'], byTypes: true });
        assert.deepEqual(Object.keys(report.articles), ['PMC1', 'PMC2']);
        assert.ok([...asked].filter(([what]) => what.startsWith('types')).length <= 5, [...asked].join('\n'));
      },
    );
  for (const mark of ['1e999', '"1e999"', '{"toString":1}', '[1]'])
    await withAnswers({ types: () => typesJson(['PMC1'], '@').replace('"@"', mark) }, async ({ options }) => {
      await assert.rejects(
        collectArticles({ ...options, types: ['Cell Line'], byTypes: true }),
        /has no cursor for the next page/,
      );
    });
});

test('invalid annotation lists are requested at most three times, in groups and separately', async () => {
  for (const body of [
    'null',
    '{}',
    '"x"',
    '1e999',
    '[[]]',
    '[null]',
    '[{}]',
    '[{"pmcid":"PMC1"}]',
    'no JSON',
  ])
    await withAnswers({ annotations: () => body }, async ({ options, asked }) => {
      const { missing } = await collectArticles({ ...options, ids: ['PMC1', 'PMC2'] });
      assert.deepEqual(Object.keys(missing), ['PMC1', 'PMC2'], body);
      assert.ok(Math.max(...asked.values()) <= 3, body);
    });
});

test('status 429 does not cause more requests, and invalid pauses are ignored', async () => {
  for (const pause of ['-5', 'NaN', '1e9', 'Wed, 21 Oct 2015 07:28:00 GMT', '0'])
    await withAnswers(
      {
        annotations(_, response) {
          response.writeHead(429, { 'Retry-After': pause }).end();
          return undefined;
        },
      },
      async ({ options, asked }) => {
        const { missing } = await collectArticles({ ...options, ids: EIGHT });
        assert.equal(missing.PMC8, 'the service answered with status 429');
        assert.deepEqual([...asked], [[`annotations ${EIGHT}`, 3]], pause);
      },
    );
  const pauses = ['1', '600'];
  await withAnswers(
    {
      annotations(_, response) {
        response.writeHead(429, { 'Retry-After': pauses.shift() }).end();
        return undefined;
      },
    },
    async ({ options }) => {
      await assert.rejects(collectArticles({ ...options, ids: ['PMC1'] }), /asks for a pause of 10 minutes/);
      assert.equal(existsSync(options.out), false);
    },
  );
});

test('responses that trickle in headers or body are given up', async () => {
  const slowly = (write: (piece: string) => void, isOpen: () => boolean) => {
    const timer = setInterval(() => (isOpen() ? write('<') : clearInterval(timer)), 20);
  };
  await withAnswers(
    {
      fullText(pmcid, response) {
        const { socket } = response;
        if (pmcid === 'PMC1') {
          response.writeHead(200, { 'Content-Length': 100_000 });
          slowly(
            (piece) => response.write(piece),
            () => !response.destroyed,
          );
        } else if (pmcid === 'PMC2') {
          socket?.write('HTTP/1.1 200 OK\r\nX: ');
          slowly(
            (piece) => socket?.write(piece),
            () => socket?.destroyed === false,
          );
        } else
          slowly(
            () => response.writeEarlyHints({ link: '</x>; rel=preload' }),
            () => !response.destroyed,
          );
        return undefined;
      },
    },
    async ({ options, asked }) => {
      const report = await collectArticles({
        ...options,
        ids: ['PMC1', 'PMC2', 'PMC3'],
        timeoutMilliseconds: 600,
        leastProgress: { bytes: 4_096, milliseconds: 600 },
      });
      assert.deepEqual(report.missing, {
        PMC1: 'the service answers too slowly',
        PMC2: 'the service did not answer in time',
        PMC3: 'the service did not answer in time',
      });
      assert.equal(Math.max(...asked.values()), 1);
    },
  );
});

test('redirects are never followed, and server texts are escaped', async () => {
  let visits = 0;
  const other = await listen((_, response) => {
    visits++;
    response.end(annotationsJson(['PMC1']));
  });
  try {
    for (const [place, shown] of [
      [`${other.url}/x`, `${other.url}/x`],
      ['file:///etc/passwd', 'file:///etc/passwd'],
      ['/\x9b31mRED', '/\\x9b31mRED'],
    ])
      await withAnswers(
        {
          annotations(_, response) {
            response.writeHead(302, { Location: place }).end();
            return undefined;
          },
        },
        async ({ options, asked }) => {
          const { missing } = await collectArticles({ ...options, ids: ['PMC1'] });
          assert.deepEqual(missing, { PMC1: `the service redirects to ${shown}` });
          assert.equal(asked.get('annotations PMC1'), 3);
        },
      );
    assert.equal(visits, 0);
  } finally {
    await other.close();
  }
});

test('UTF-16 with a byte order mark is read; an unrequested compression is reported', async () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(articleXml('PMC1'), 'utf16le')]);
  await withAnswers(
    {
      fullText(pmcid, response) {
        if (pmcid === 'PMC1') response.end(utf16);
        else response.writeHead(200, { 'Content-Encoding': 'br' }).end('x');
        return undefined;
      },
    },
    async ({ options }) => {
      const { missing } = await collectArticles({ ...options, ids: ['PMC1', 'PMC2'] });
      assert.equal(stored(options.out, 'PMC1').fullText, articleXml('PMC1'));
      assert.deepEqual(missing, { PMC2: 'the answer is compressed as "br", which was not requested' });
    },
  );
});

test('comparing takes time linear in the number of equal annotations', () => {
  const many = Array<typeof GOOD>(100_000).fill(GOOD);
  const start = performance.now();
  const { removed } = compareAnnotations([...many, GOOD], many);
  assert.deepEqual(removed, [GOOD]);
  assert.ok(performance.now() - start < 10_000);
});
