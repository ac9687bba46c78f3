/** Hostile variations of JSON texts, tokens and signatures. */

/** A JSON text after a few edits: most are no JSON any more, some are JSON that must not be accepted. */
export function mutatedText(random, text) {
  let mutated = text;
  for (let edits = random.integer(4); edits >= 0; edits -= 1) mutated = random.pick(TEXT_EDITS)(random, mutated);
  return mutated;
}

/** Octets after a few edits, among them ones that no text has. */
export function mutatedOctets(random, octets) {
  const mutated = Buffer.from(octets);
  for (let edits = random.integer(3); edits >= 0; edits -= 1) {
    if (mutated.length > 0) mutated[random.integer(mutated.length)] = random.pick(OCTETS);
  }
  return mutated;
}

/** A token whose text was edited. */
export function mutatedToken(random, token) {
  const at = random.integer(token.length + 1);
  const end = at + random.integer(3);
  return token.slice(0, at) + random.pick(TOKEN_PIECES) + token.slice(end);
}

/** JSON that nests so deep, in objects or arrays. */
export function nested(levels, isObject) {
  const [open, inside, close] = isObject ? ['{"a":', "1", "}"] : ["[", "", "]"];
  return open.repeat(levels) + inside + close.repeat(levels);
}

const TEXT_EDITS = [
  (random, text) => inserted(random, text, random.pick(PIECES)),
  (random, text) => inserted(random, text, random.pick(MEMBERS)),
  (random, text) => text.replace("{", `{${random.pick(MEMBERS)}`),
  (random, text) => removed(random, text, 1 + random.integer(3)),
  (random, text) => replacedValue(random, text),
  (random, text) => inserted(random, text, text.slice(random.integer(text.length + 1)).slice(0, random.integer(20))),
];

function inserted(random, text, piece) {
  const at = random.integer(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function removed(random, text, length) {
  const at = random.integer(text.length + 1);
  return text.slice(0, at) + text.slice(at + length);
}

/** Some value of the text gives way to another one. */
function replacedValue(random, text) {
  const values = [...text.matchAll(/:("[^"]*"|[\d.]+|\[[^\]]*\])/g)];
  if (values.length === 0) return text;
  const { index, 0: value } = random.pick(values);
  return `${text.slice(0, index)}:${random.pick(VALUES)}${text.slice(index + value.length)}`;
}

const PIECES = [
  ..."{}[]:,\"\\'0-+.eE \t\n\r\u0000\u001f\u007f\u00a0/*",
  ...[
    "\\u0000",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\u00e9",
    "\\x",
    "\\u12",
    "é",
    "😀",
    "\ufeff",
    "\u2028",
    "tru",
    "null",
    "//",
  ],
];

const MEMBERS = [
  ...[
    '"exp":1800000600,',
    '"e\\u0078p":1800000600,',
    '"iss":"joe",',
    '"a":1,"a":2,',
    '"__proto__":{"iss":"joe"},',
    '"":0,',
  ],
  ...[
    '"crit":["exp"],',
    '"b64":true,',
    '"b64":false,',
    '"zip":"DEF",',
    '"kid":"x",',
    '"kid":7,',
    '"typ":"JWT",',
    '"jti":"",',
  ],
  ...[
    '"alg":"HS256",',
    '"aud":"api",',
    '"aud":["x",7],',
    '"nbf":1800000006,',
    '"iat":1800000005.5,',
    '"sub":[],',
    '"azp":null,',
  ],
];

const VALUES = [
  ...[
    "0",
    "-0",
    "1e3",
    "1E+3",
    "1e400",
    "-1e400",
    "01",
    "1.",
    ".5",
    "1.5e-3",
    "1800000600",
    "1799999995",
    "1799999995.0000001",
  ],
  ...[
    "1799999995.5",
    "2115360000",
    "2115360000.5",
    "9e15",
    "1e300",
    "-1e300",
    "9223372036854775807",
    "18446744073709551616",
  ],
  ...[
    '""',
    '"joe"',
    '"jo\\u0065"',
    '"HS256"',
    '"none"',
    "null",
    "true",
    "false",
    "[]",
    "{}",
    '["api"]',
    '["x","api"]',
    '[["api"]]',
    '{"a":1,"a":1}',
  ],
];

const OCTETS = [
  0x00, 0x20, 0x22, 0x2c, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xa0, 0xef, 0xf4, 0xf8, 0xff,
];

const TOKEN_PIECES = ["", ".", "..", "=", "A", "_", "-", "+", "/", " ", "\n", "\0", "é", "😀", "AA", "AAA", "B"];
