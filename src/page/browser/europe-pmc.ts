import { EUROPE_PMC } from '../../collection';

/** Milliseconds. Some articles have several megabytes. */
const PATIENCE = 60_000;

/** Fetches the full text of an open-access article as JATS. @returns its bytes, or a sentence that says why not */
export async function fetchArticle(id: string): Promise<ArrayBuffer | string> {
  try {
    const address = `${EUROPE_PMC}/webservices/rest/${id}/fullTextXML`;
    const response = await fetch(address, {
      signal: AbortSignal.timeout(PATIENCE),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    if (response.status === 404)
      return `Europe PMC has no full text of ${id}: it is not an open-access article, or there is none of that id`;
    if (!response.ok)
      return `Europe PMC answered with status ${response.status}; try again later, or save the article's XML and open the file`;
    return await response.arrayBuffer();
  } catch {
    return `Europe PMC cannot be reached, so ${id} cannot be fetched; connect to the network, or open a file with the article's XML`;
  }
}
