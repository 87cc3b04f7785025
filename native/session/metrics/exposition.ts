/** Metric families as text: OpenMetrics 1.0, and the Prometheus text format 0.0.4 for those who ask for nothing newer. */

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Distribution {
  readonly labels: Labels;
  /** Cumulative, by upper bound in the family's unit; +Inf is `count`. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/** `name` is without the endings that the type asks for (_total, _info, _bucket). */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge' | 'info'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly distributions: readonly Distribution[] }
);

export type Form = 'openmetrics' | 'prometheus';

export const CONTENT_TYPE: Readonly<Record<Form, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
};

/** The form that an Accept header asks for. */
export function formFor(accept: string | undefined): Form {
  return accept?.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
}

const ENDING = { counter: '_total', gauge: '', info: '_info', histogram: '' } as const;

export function exposition(families: readonly Family[], form: Form): string {
  const lines = families.flatMap((family) => {
    const { name, help, type } = family;
    // The older form knows no info, and names a counter by its sample.
    const titled = form === 'openmetrics' ? name : name + ENDING[type];
    const typed = form === 'prometheus' && type === 'info' ? 'gauge' : type;
    const head = [`# HELP ${titled} ${escapeHelp(help)}`, `# TYPE ${titled} ${typed}`];
    if (family.type === 'histogram') return [...head, ...family.distributions.flatMap((one) => histogram(name, one))];
    return [...head, ...family.samples.map((one) => sample(name + ENDING[type], one.labels, one.value))];
  });
  if (form === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function histogram(name: string, { labels, buckets, count, sum }: Distribution): string[] {
  return [
    ...buckets.map((bucket) => sample(`${name}_bucket`, { ...labels, le: float(bucket.le) }, bucket.count)),
    sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    sample(`${name}_count`, labels, count),
    sample(`${name}_sum`, labels, sum),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, one]) => `${key}="${escapeLabel(String(one))}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

/** OpenMetrics wants a fraction in `le`, so that one bound has one name. */
const float = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

const escapeHelp = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
const escapeLabel = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
