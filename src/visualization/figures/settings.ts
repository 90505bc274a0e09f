import { SEARCH_SETTINGS } from '../../evaluation';

/** Display name of a search setting. */
export function settingName(column: string): string {
  return SEARCH_SETTINGS[column] ?? column;
}

const UNITS: Readonly<Record<string, string>> = {
  BATCH_SIZE: ' (sentences)',
  MAX_SEQ_LENGTH: ' (tokens)',
};

/** Display name with the unit, for an axis. */
export function settingTitle(column: string): string {
  return settingName(column) + (UNITS[column] ?? '');
}

/** Formats a value of a setting: small rates as 2e-5, folders by their last part. */
export function settingValue(value: string | number): string {
  if (typeof value === 'number')
    return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
  return value.split('/').findLast(Boolean) ?? value;
}
