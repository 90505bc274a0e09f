/** The domains of the Web of Science set, in the order of their numbers in `YL1.txt`. */
export const DOMAINS = [
  'Computer Science',
  'Electrical Engineering',
  'Psychology',
  'Mechanical Engineering',
  'Civil Engineering',
  'Medical Science',
  'Biochemistry',
] as const;

export type Domain = (typeof DOMAINS)[number];

/** The published sets by their number of abstracts; class sizes in the order of `DOMAINS`, where they are known. */
export const PUBLISHED_SETS: readonly { name: string; texts: number; sizes?: readonly number[] }[] = [
  { name: 'WOS-46985', texts: 46_985, sizes: [6514, 5483, 7142, 3297, 4237, 14_625, 5687] },
  { name: 'WOS-11967', texts: 11_967 },
  { name: 'WOS-5736', texts: 5736 },
];

/** WOS-5736 has three domains, numbered 0 to 2 on their own: its numbers are not those of `DOMAINS`. */
export const SET_WITH_OWN_NUMBERS = 'WOS-5736';
