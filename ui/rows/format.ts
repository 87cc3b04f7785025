/** Numbers as people read them, in few cells. */

import { cellWidth, cut } from '../screen/cells.js';

const US = 1e3;
const MS = 1e6;
const S = 1e9;

/** ns as `850ns`, `38µs`, `4.2ms`, `1.20s`, `12m05s`, `3h07m`. */
export function duration(ns: number, micro = 'µ'): string {
  if (ns < US) return `${Math.round(ns)}ns`;
  if (ns < 999.5 * US) return `${short(ns / US)}${micro}s`;
  if (ns < 999.5 * MS) return `${short(ns / MS)}ms`;
  return ns < 9.95 * S ? `${short(ns / S)}s` : age(ns);
}

/** ns as the age of something that waits: `0.0s`, `4.2s`, `59s`, `12m05s`. */
export function age(ns: number): string {
  const seconds = Math.max(0, ns) / S;
  if (seconds < 9.95) return `${(Math.floor(seconds * 10) / 10).toFixed(1)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad2(Math.floor(seconds % 60))}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h${pad2(minutes % 60)}m` : `${Math.floor(hours / 24)}d${pad2(hours % 24)}h`;
}

/** ns since attach as `12.071` or `1:02:03`. */
export function clock(ns: number): string {
  const seconds = ns / S;
  if (seconds < 1000) return seconds.toFixed(3).padStart(6, '0');
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 3600)}:${pad2(Math.floor(whole / 60) % 60)}:${pad2(whole % 60)}`;
}

const UNITS = ['B', 'K', 'M', 'G', 'T', 'P'] as const;

/** Bytes as `512 M`, `1.5 G`; `tight` leaves the blank out. */
export function size(bytes: bigint | number, tight = false): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Number.isInteger(value) || value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
  return `${digits}${tight ? '' : ' '}${UNITS[unit]}`;
}

/** 5026 as `5,026`. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A rate in few cells: `182`, `1.2k`, `46k`, `1.3M`. */
export function rate(perSecond: number): string {
  if (perSecond < 999.5)
    return perSecond < 9.95 && perSecond > 0 ? perSecond.toFixed(1) : String(Math.round(perSecond));
  if (perSecond < 999_500) return `${short(perSecond / 1e3)}k`;
  return `${short(perSecond / 1e6)}M`;
}

export function hex(address: bigint | number): string {
  return `0x${address.toString(16)}`;
}

/** `name+off` in at most `width` cells: the name gives way, the offset never does. */
export function place(text: string, width: number, ellipsis = '…'): string {
  const plus = text.lastIndexOf('+');
  if (plus <= 0 || cellWidth(text) <= width) return text;
  return cut(text.slice(0, plus), Math.max(1, width - cellWidth(text.slice(plus))), ellipsis) + text.slice(plus);
}

export function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1 ? '<1%' : value < 100 && value > 99 ? '99%' : `${Math.round(value)}%`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function short(value: number): string {
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

function pad2(n: number): string {
  return String(n).padStart(2, '0');
}
