// The data behind the protected API: a handful of orders for each organisation.

const ORDERS = {
  acme: [
    { id: "A-1042", item: "Anvil, 50 kg", amount: "189.00 EUR" },
    { id: "A-1043", item: "Rocket skates", amount: "412.50 EUR" },
  ],
  globex: [{ id: "G-0077", item: "Weather machine, spare valve", amount: "1 250.00 EUR" }],
};

/**
 * The orders of the organisation that the verified claims name.
 * @param {Record<string, unknown>} claims
 */
export function ordersOf(claims) {
  return Object.hasOwn(ORDERS, claims.org_id) ? ORDERS[claims.org_id] : [];
}
