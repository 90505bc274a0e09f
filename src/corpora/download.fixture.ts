import { downloadSource } from './download';

// A process of its own, so that a test can kill it: source as JSON, then folder.
void downloadSource(JSON.parse(process.argv[2]), process.argv[3]);
