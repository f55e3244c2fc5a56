// Reads `--name value` pairs as numbers or texts, with defaults.
export function flags(defaults) {
  const found = { ...defaults };
  const args = process.argv.slice(2);
  for (let i = 0; i + 1 < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!(name in defaults)) throw new Error(`unknown flag ${args[i]}`);
    found[name] = typeof defaults[name] === 'number' ? Number(args[i + 1]) : args[i + 1];
  }
  return found;
}

export function stopOnSignal(close) {
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      close();
      setImmediate(() => process.exit(0));
    });
}
