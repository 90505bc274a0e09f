/** The address of the service, and the User-Agent that requests carry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot } from '../foundation';

/** Removes slashes at the end of the address. @throws InputError if it is not a service address */
export function checkedAddress(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(`"${baseUrl}" is not a service address; write one such as https://host/europepmc`);
  return baseUrl.replace(/(?<!\/)\/+$/, '');
}

/** Builds the User-Agent. @throws InputError for a contact that is not valid in a header */
export function userAgent(contact?: string): string {
  const { name, version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  if (contact !== undefined && !/^[\x21-\x7e][\x20-\x7e]*$/.test(contact))
    throw new InputError(`The contact "${contact}" cannot be sent; write a mail or web address in ASCII`);
  return `${name}/${version} (collects articles and annotations from Europe PMC${contact ? `; contact ${contact}` : ''})`;
}
