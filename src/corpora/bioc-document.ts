/** A document in BioC's JSON form, unchecked; XML is converted to it. */
export interface BiocDocument {
  id?: unknown;
  passages?: unknown;
  relations?: unknown;
}

/** A document, and where it stands in its file, for messages. */
export interface PlacedDocument {
  document: BiocDocument;
  place: string;
}
