// Works out the conditions of forms that came along as trees, as gezhi.schemes.trees does; what can't be worked out throws.

const kind = (value) => (value === null || value === undefined ? "none" : Array.isArray(value) ? "list" : typeof value);

export function same(left, right) {
  if (kind(left) !== kind(right)) return false;
  if (Array.isArray(left)) return left.length === right.length && left.every((one, at) => same(one, right[at]));
  return left === right;
}

function truth(value) {
  if (typeof value !== "boolean") throw new TypeError("not a yes or no");
  return value;
}

function joined(left, right, answers, ends) {
  let failed = null;
  for (const side of [left, right]) {
    try {
      if (truth(workOut(side, answers)) === ends) return ends;
    } catch (bad) {
      failed = bad;
    }
  }
  if (failed) throw failed;
  return !ends;
}

function compared(sign, left, right) {
  if (sign === "==") return same(left, right);
  if (sign === "!=") return !same(left, right);
  if (sign === "in") {
    if (!Array.isArray(right)) throw new TypeError("in");
    return right.some((one) => same(left, one));
  }
  if (kind(left) !== kind(right) || !["number", "string", "boolean"].includes(kind(left))) throw new TypeError(sign);
  return { "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right }[sign];
}

export function workOut(node, answers) {
  const [sign, ...inside] = node;
  if (sign === "value") return inside[0];
  if (sign === "name") {
    if (!(inside[0] in answers)) throw new TypeError(inside[0]);
    return answers[inside[0]];
  }
  if (sign === "and" || sign === "or") return joined(inside[0], inside[1], answers, sign === "or");
  const worked = inside.map((one) => workOut(one, answers));
  if (sign === "list") return worked;
  if (sign === "not") return !truth(worked[0]);
  if (sign === "size") {
    if (!["string", "list"].includes(kind(worked[0]))) throw new TypeError("size");
    return worked[0].length;
  }
  return compared(sign, worked[0], worked[1]);
}
