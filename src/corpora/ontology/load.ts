import { join } from 'node:path';
import { projectRoot } from '../../foundation';
import { missingData, readTextSource, type TextData } from '../where-to-get';
import type { Ontology } from './ontology';
import { readOntology } from './read-ontology';

/** The file of a few dozen terms that comes with the package. */
const SAMPLE = join(projectRoot, 'data', 'sample', 'go_sample.obo');

/** The Gene Ontology with its origin. Figures from a sample say so. */
export interface GeneOntology {
  ontology: Ontology;
  /** `file`: the caller's; `mirror`: the pinned release of 2022-07-01; `sample`: the excerpt of the package. */
  kind: 'file' | 'mirror' | 'sample';
  path: string;
}

/**
 * Reads the Gene Ontology (Ashburner et al.: Gene Ontology: tool for the unification of biology, Nature Genetics 25, 2000): the given file (any release), else `go/go-basic.obo` in the folder named by FALCONFRAMES_MIRROR or in the
 * cache, which must be the pinned release, else the sample that comes with the package. Downloads nothing; `whereToGet('go')` says how
 * to get a release.
 *
 * @throws InputError like `readOntology`; for a mirror that differs from the pinned files; with `gold`, if there is no data
 * @example
 * ```ts
 * const { ontology, kind } = loadGeneOntology();
 * kind; // 'sample', unless FALCONFRAMES_MIRROR is set
 * ```
 */
export function loadGeneOntology({
  file,
  data = 'auto',
}: {
  file?: string;
  data?: TextData;
} = {}): GeneOntology {
  if (file !== undefined) return { ontology: readOntology(file), kind: 'file', path: file };
  const read =
    data === 'sample'
      ? undefined
      : readTextSource('go', ({ folder }): GeneOntology => {
          const path = join(folder, 'go-basic.obo');
          return { ontology: readOntology(path), kind: 'mirror', path };
        });
  if (read) return read;
  if (data === 'gold') throw missingData('go');
  return { ontology: readOntology(SAMPLE), kind: 'sample', path: SAMPLE };
}
