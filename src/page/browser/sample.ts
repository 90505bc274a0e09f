/** The text that the page opens with: made up, with mentions of every class. */
export const SAMPLE = `A375 melanoma cells carry the mutation BRAF V600E, and HT-29 cells from a tumour of the colon share it. Both lines were treated with vemurafenib for 72 h, while fibroblasts of the skin and primary keratinocytes served as controls. Two resistant clones had acquired NRAS Q61K; in a third, c.1799T>A was accompanied by p.Lys601del.

In mice, metastases in the lung and the liver shrank within two weeks. T cells and macrophages entered the tumours, but neither bone marrow nor spleen changed. HEK293 cells with wild-type BRAF were not affected, and in HeLa cells the variant rs121913364 was not found.`;
