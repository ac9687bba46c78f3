/** The `kid` of a token whose header the core has read; only used to decide on a refetch, trusted for nothing. */
export function keyIdOf(token: string): string {
  try {
    const header = token.slice(0, token.indexOf(".")).replaceAll("-", "+").replaceAll("_", "/");
    return String(JSON.parse(atob(header)).kid ?? "");
  } catch {
    return "";
  }
}
