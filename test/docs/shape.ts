/** Holds a JSON value to the words of docs/generate/json-shapes.ts. */
import assert from 'node:assert/strict';
import type { Objects, Shape } from '../../docs/generate/json-shapes.js';

/** @throws where a field is missing, is not described, or is not of its shape; `path` says which. */
export function assertObject(value: unknown, name: string, objects: Objects, path = name): void {
  const shape = objects[name];
  assert.ok(shape, `${path}: there is no ${name}`);
  assert.ok(isObject(value), `${path} is not an object`);
  assert.deepEqual(Object.keys(value).toSorted(), Object.keys(shape).toSorted(), `fields of ${path}`);
  for (const [field, [words]] of Object.entries(shape)) {
    const problem = mismatch(value[field], words, objects, `${path}.${field}`);
    assert.equal(problem, null);
  }
}

function mismatch(value: unknown, words: Shape, objects: Objects, path: string): string | null {
  const nullable = words.endsWith(' or null');
  if (value === null) return nullable ? null : `${path} is null`;
  const shape = words.replace(/ or null$/, '');
  const element = /^list of (.*)$/.exec(shape)?.[1];
  if (element !== undefined) {
    if (!Array.isArray(value)) return `${path} is no list`;
    return value.map((one, i) => mismatch(one, element, objects, `${path}[${i}]`)).find((p) => p !== null) ?? null;
  }
  if (shape in objects) {
    assertObject(value, shape, objects, path);
    return null;
  }
  return fits(value, shape) ? null : `${path} is ${JSON.stringify(value)}, not ${shape}`;
}

function fits(value: unknown, shape: string): boolean {
  const choices = /^one of (.*)$/.exec(shape)?.[1]?.split(', ');
  if (choices !== undefined) return choices.includes(String(value));
  const literal = /^"(.*)"$/.exec(shape)?.[1];
  if (literal !== undefined) return value === literal;
  switch (shape) {
    case 'integer':
    case 'ns':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'hex':
      return typeof value === 'string' && /^0x[0-9a-f]+$/.test(value);
    case 'text':
      return typeof value === 'string';
    case 'text or integer':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'true or false':
      return typeof value === 'boolean';
    case 'counts':
      return isObject(value) && Object.values(value).every(Number.isSafeInteger);
    default:
      throw new Error(`the test does not know the shape "${shape}"`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
