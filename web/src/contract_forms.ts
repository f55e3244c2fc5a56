// The events that a client may send, with their fields, read off the server's own AsyncAPI document.
import type { NamespaceName } from './connection';

export interface FormField {
  name: string;
  required: boolean;
  kind: 'text' | 'integer' | 'boolean' | 'choice' | 'json';
  choices: string[];
  fallback: string;
  hint: string;
}

export interface EventForm {
  nsp: NamespaceName;
  event: string;
  summary: string;
  fields: FormField[];
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Document {
  channels: Record<string, { address: string; messages: Record<string, { name: string; summary?: string; payload: Schema }> }>;
  components: { schemas: Record<string, Schema> };
}

export async function loadForms(): Promise<EventForm[]> {
  const answer = await fetch('/docs/asyncapi.json');
  if (!answer.ok) throw new Error(`the server has no contract to show (${answer.status})`);
  return formsOf((await answer.json()) as Document);
}

export function formsOf(document: Document): EventForm[] {
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').pop();
    return name ? { ...document.components.schemas[name], ...schema } : schema;
  };
  return Object.values(document.channels).flatMap((channel) =>
    Object.entries(channel.messages)
      .filter(([key]) => key.startsWith('client.'))
      .map(([, message]) => {
        const payload = resolve(message.payload);
        return {
          nsp: channel.address as NamespaceName,
          event: message.name,
          summary: message.summary ?? '',
          fields: Object.entries(payload.properties ?? {}).map(([name, raw]) => fieldOf(name, resolve(raw), payload.required?.includes(name) ?? false)),
        };
      }));
}

function fieldOf(name: string, schema: Schema, required: boolean): FormField {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const kind = schema.enum ? 'choice' : type === 'integer' ? 'integer' : type === 'boolean' ? 'boolean' : type === 'string' ? 'text' : 'json';
  const [least, most] = [schema.minLength ?? schema.minimum, schema.maxLength ?? schema.maximum ?? schema.maxItems];
  return {
    name, required, kind,
    choices: schema.enum ?? [],
    fallback: schema.default === undefined ? '' : String(schema.default),
    hint: kind === 'json' ? (type === 'array' ? `list as JSON${most ? `, at most ${most}` : ''}` : 'object as JSON')
      : most !== undefined && most < Number.MAX_SAFE_INTEGER ? `${least ?? 0}–${most}${kind === 'text' ? ' characters' : ''}` : '',
  };
}

// What the person typed, as a payload; throws with the field's name where it is not JSON.
export function payloadOf(form: EventForm, values: Record<string, string>): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const field of form.fields) {
    const text = values[field.name]?.trim() ?? '';
    if (text === '') continue;
    if (field.kind === 'integer') payload[field.name] = Number(text);
    else if (field.kind === 'boolean') payload[field.name] = text === 'true';
    else if (field.kind === 'json') payload[field.name] = parse(field.name, text);
    else payload[field.name] = text;
  }
  return payload;
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is not JSON: ${text}`);
  }
}
