#pragma once

namespace weir {

// Runs once in every new realm. Takes away what depends on the collector of garbage, then freezes
// all objects of the language, so that no call can leave anything in them. A frozen property hides
// behind a setter where programs often give an object a property of the same name. Gives a function
// that forgets what RegExp remembers of the last match.
inline constexpr char kScriptPrelude[] = R"js((function (global) {
  'use strict';
  for (const name of ['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics',
                      'WebAssembly']) {
    delete global[name];
  }
  const define = Object.defineProperty;
  const describe = Object.getOwnPropertyDescriptor;
  const keys = Reflect.ownKeys;
  const prototypeOf = Object.getPrototypeOf;

  function allowOverriding(target) {
    for (const key of keys(target)) {
      const property = describe(target, key);
      if (!property.configurable || !('value' in property)) continue;
      define(target, key, {
        get() { return property.value; },
        set(value) {
          if (this === target) throw new TypeError('objects of the language cannot be changed');
          define(this, key, {value, writable: true, enumerable: true, configurable: true});
        },
        enumerable: property.enumerable, configurable: true,
      });
    }
  }
  allowOverriding(Object.prototype);
  for (const name of keys(global)) {
    if (typeof name === 'string' && name.endsWith('Error')) allowOverriding(global[name].prototype);
  }

  const seen = new Set([global]);
  const open = [];
  function add(value) {
    const object = typeof value === 'function' || (typeof value === 'object' && value !== null);
    if (!object || seen.has(value)) return;
    seen.add(value);
    open.push(value);
  }
  for (const key of keys(global)) {
    const property = describe(global, key);
    add(property.value);
    add(property.get);
    add(property.set);
    if (!property.configurable) continue;
    if ('value' in property) property.writable = false;
    property.configurable = false;
    define(global, key, property);
  }
  const hidden = [function () {}, function* () {}, async function () {}, async function* () {},
                  [][Symbol.iterator](), ''[Symbol.iterator](), new Map().entries(),
                  new Set().entries(), 'a'.matchAll(/a/g), (function* () {})(),
                  (async function* () {})()];
  for (const object of hidden) {
    for (let at = prototypeOf(object); at !== null; at = prototypeOf(at)) add(at);
  }
  while (open.length > 0) {
    const object = open.pop();
    Object.freeze(object);
    add(prototypeOf(object));
    for (const key of keys(object)) {
      const property = describe(object, key);
      add(property.value);
      add(property.get);
      add(property.set);
    }
  }
  // Afterwards RegExp.$1 and its like are empty.
  return function () { /(?:)/.exec(''); };
}))js";

}  // namespace weir
