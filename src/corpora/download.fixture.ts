import { downloadSource } from './download';

// Runs in a separate process, so that a test can kill it. Arguments: the source as JSON, the folder.
void downloadSource(JSON.parse(process.argv[2]), process.argv[3]);
