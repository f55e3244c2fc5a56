// What a server counts, by name and labels.

// All that the operations listener says, by name: [{labels, value}], or {labels, sum, count, buckets} of a histogram.
export async function figuresOf(server) {
  return (await fetch(`http://${server.host ?? '127.0.0.1'}:${server.env.MENTARA_OPERATIONS_PORT}/api/stats`)).json();
}

// The sum of those that have these labels; of a histogram, how many it has seen.
export function sumOf(figures, name, labels = {}) {
  const these = (figures[name] ?? []).filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value));
  return these.reduce((sum, { value, count }) => sum + (value ?? count), 0);
}

export const figure = async (server, name, labels) => sumOf(await figuresOf(server), name, labels);
