/** Value of the Authorization header. Never written to disk, never part of a message. */
export type Authorization = string | undefined;

/** Returns user name and password of an address such as `http://user:password@host`. */
export function authorizationIn(address: string): Authorization {
  if (!URL.canParse(address)) return undefined;
  const { username, password } = new URL(address);
  return username || password ? basic(decoded(username), decoded(password)) : undefined;
}

/**
 * Returns the authorization for a server from MLflow's environment variables: MLFLOW_TRACKING_URI, if it names this server with a
 * password; else MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. If MLFLOW_TRACKING_URI names a
 * server, they are sent to no other.
 */
export function authorizationFor(address: string, environment = process.env): Authorization {
  const {
    MLFLOW_TRACKING_URI: uri = '',
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password = '',
  } = environment;
  if (/^https?:/i.test(uri) && URL.canParse(uri)) {
    if (new URL(uri).origin !== new URL(address).origin) return undefined;
    const own = authorizationIn(uri);
    if (own) return own;
  }
  if (token) return `Bearer ${token.trim()}`;
  return user ? basic(user, password) : undefined;
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
