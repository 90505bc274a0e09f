/** An unchecked document in BioC's JSON form; XML is converted to it. */
export interface BiocDocument {
  id?: unknown;
  passages?: unknown;
  relations?: unknown;
}

/** A document and its place in the file, for messages. */
export interface PlacedDocument {
  document: BiocDocument;
  place: string;
}
