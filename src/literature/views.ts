import type { View } from '../foundation';

/** The four classes of the literature task, in the order of all tables, heads and figures. */
export const ENTITY_CLASSES: readonly string[] = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'];

export function isEntityClass(value: unknown): value is string {
  return (ENTITY_CLASSES as readonly unknown[]).includes(value);
}

/**
 * The four classes of the literature task, and their source labels: the classes themselves (Europe PMC), JNLPBA, CRAFT, SETH, tmVar,
 * AnatEM, BioRED and CAPITAL.
 *
 * - Gene Mutations: tmVar counts dbSNP identifiers (rs334) among its mutations, so SETH's RS are mutations too. SETH's and BioRED's
 *   genes are none.
 * - Organ Tissue: seven types of AnatEM, of whose words 58 to 91 % are UBERON where they occur in CRAFT. Its types
 *   Immaterial_anatomical_entity (13 %), Cellular_component (2 %), Cancer (3 %) and Pathological_formation (8 %) are not in it.
 */
export const LITERATURE_VIEW: View = {
  name: 'literature',
  classes: {
    'Gene Mutations': ['Gene Mutations', 'SNP', 'RS', 'DNAMutation', 'ProteinMutation', 'Variant', 'GM'],
    Cell: ['Cell', 'cell_type', 'CL'],
    'Cell Line': ['Cell Line', 'cell_line', 'CellLine', 'CLine'],
    'Organ Tissue': [
      'Organ Tissue',
      'UBERON',
      'Organ',
      'Tissue',
      'Multi-tissue_structure',
      'Organism_subdivision',
      'Anatomical_system',
      'Developing_anatomical_structure',
      'Organism_substance',
      'OT',
    ],
  },
};

/**
 * How Europe PMC marks the four classes: concepts as the ontologies have them, and the names of cell lines alone ("HeLa", not "HeLa
 * cells").
 */
export const EUROPE_PMC_VIEW: View = {
  name: 'europepmc',
  classes: {
    'Gene Mutations': ['SNP', 'RS', 'DNAMutation', 'ProteinMutation', 'Variant'],
    Cell: ['CL'],
    'Cell Line': ['CellLine'],
    'Organ Tissue': ['UBERON'],
  },
};

/** JNLPBA's own guideline for cells: names with the nouns around them ("HeLa cells", "human red blood cells"). */
export const JNLPBA_VIEW: View = {
  name: 'jnlpba',
  classes: { Cell: ['cell_type'], 'Cell Line': ['cell_line'] },
};

/** The views that commands know by name. */
export const VIEWS: Readonly<Record<string, View>> = Object.fromEntries(
  [LITERATURE_VIEW, EUROPE_PMC_VIEW, JNLPBA_VIEW].map((view) => [view.name, view]),
);
