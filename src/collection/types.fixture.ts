/** The types of annotations that the sample has. */
export { FOUR as TYPES } from '../foundation/labels.fixture';
