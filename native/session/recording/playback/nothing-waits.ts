/** Why nothing can be done in a recording; light to import, since every screen does. */
export const NOTHING_WAITS = 'a recording: nothing waits here any more';
