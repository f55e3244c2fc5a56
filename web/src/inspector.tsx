import { useEffect, useState } from 'preact/hooks';
import { panel } from './app';
import { loadForms, payloadOf, type EventForm } from './contract_forms';
import { useModel } from './model';
import { IconButton } from './parts';
import type { Packet } from './connection';

export function Inspector() {
  const [tab, setTab] = useState<'packets' | 'send'>('packets');
  return (
    <aside class="panel inspector" aria-label="Event inspector">
      <header>
        <div class="tabs" role="tablist">
          <button role="tab" aria-selected={tab === 'packets'} onClick={() => setTab('packets')}>Packets</button>
          <button role="tab" aria-selected={tab === 'send'} onClick={() => setTab('send')}>Send an event</button>
        </div>
        <IconButton icon="close" label="Close the inspector" onClick={() => (panel.value = 'none')} />
      </header>
      {tab === 'packets' ? <Packets /> : <Send />}
    </aside>
  );
}

function Packets() {
  const { connection } = useModel();
  const [filter, setFilter] = useState('');
  const [direction, setDirection] = useState('');
  const text = filter.toLowerCase();
  const packets = connection.packets.value.filter((packet) =>
    (!direction || packet.direction === direction) &&
    (!text || `${packet.nsp} ${packet.event} ${JSON.stringify(packet.data)}`.toLowerCase().includes(text)));
  return (
    <>
      <div class="tools">
        <input type="search" class="grow" aria-label="Filter the packets" placeholder="Filter: message, conv-1, /video-calls" value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)} />
        <label class="hidden" for="direction">Direction</label>
        <select id="direction" value={direction} onChange={(event) => setDirection(event.currentTarget.value)}>
          <option value="">both</option>
          <option value="in">in</option>
          <option value="out">out</option>
        </select>
        <IconButton icon="trash" label="Forget the packets" onClick={() => connection.clearPackets()} />
      </div>
      <ol class="packets">
        {packets.slice(-200).reverse().map((packet) => <PacketRow packet={packet} key={packet.number} />)}
        {packets.length === 0 && <li class="quiet pad">Nothing that fits.</li>}
      </ol>
    </>
  );
}

function PacketRow({ packet }: { packet: Packet }) {
  const json = packet.data === undefined ? '' : JSON.stringify(packet.data, null, 2);
  return (
    <li class={`packet ${packet.kind}${packet.failed ? ' failed' : ''}`}>
      <details>
        <summary>
          <span class={`way ${packet.direction}`} aria-label={packet.direction === 'in' ? 'received' : 'sent'}>{packet.direction === 'in' ? '↓' : '↑'}</span>
          <span class="name">{packet.event}{packet.kind === 'ack' ? ' (ack)' : ''}</span>
          <span class="quiet">{packet.nsp}</span>
          <time>{packet.at.toLocaleTimeString()}</time>
        </summary>
        {json && <pre tabIndex={0}>{json}</pre>}
      </details>
    </li>
  );
}

function Send() {
  const { connection, messaging } = useModel();
  const [forms, setForms] = useState<EventForm[]>([]);
  const [problem, setProblem] = useState('');
  const [chosen, setChosen] = useState('');
  const [values, setValues] = useState<Record<string, string>>({});
  const [answer, setAnswer] = useState('');
  useEffect(() => {
    loadForms().then((loaded) => {
      setForms(loaded);
      setChosen(loaded[0] ? keyOf(loaded[0]) : '');
    }, (error: Error) => setProblem(error.message));
  }, []);
  const form = forms.find((each) => keyOf(each) === chosen);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!form) return;
    try {
      const got = await connection.request(form.nsp, form.event, payloadOf(form, values));
      setAnswer(JSON.stringify(got, null, 2));
      setProblem('');
      // Its event does not come to the socket that asked, and the form knows no event by name.
      if (got.success && form.nsp === '/messaging') void messaging.reload();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <form class="send-form" onSubmit={(event) => void send(event)}>
      <label for="event">Event</label>
      <select id="event" value={chosen} onChange={(event) => {
        setChosen(event.currentTarget.value);
        setValues({});
        setAnswer('');
      }}>
        {forms.map((each) => <option value={keyOf(each)} key={keyOf(each)}>{each.nsp} {each.event}</option>)}
      </select>
      {form && <p class="quiet">{form.summary} <a href="/docs" target="_blank">The whole contract</a></p>}
      {form?.fields.map((field) => (
        <div key={field.name}>
          <label for={`field-${field.name}`}>{field.name}{field.required ? ' *' : ''} <span class="quiet">{field.hint}</span></label>
          {field.kind === 'choice' || field.kind === 'boolean' ? (
            <select id={`field-${field.name}`} value={values[field.name] ?? ''} onChange={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}>
              <option value="">{field.fallback ? `(${field.fallback})` : '–'}</option>
              {(field.kind === 'boolean' ? ['true', 'false'] : field.choices).map((choice) => <option key={choice}>{choice}</option>)}
            </select>
          ) : (
            <input id={`field-${field.name}`} value={values[field.name] ?? ''} placeholder={field.fallback} spellcheck={false} autocomplete="off"
              onInput={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })} />
          )}
        </div>
      ))}
      {problem && <p class="failure" role="alert">{problem}</p>}
      <button class="primary" type="submit" disabled={!form}>Send</button>
      {answer && <pre tabIndex={0} aria-label="The answer">{answer}</pre>}
    </form>
  );
}

const keyOf = (form: EventForm): string => `${form.nsp} ${form.event}`;
