/** @jsxRuntime automatic */
/** All that ink draws. It is loaded only once the first rows are on the screen: importing ink takes half a second. */
import { Box, Text } from 'ink';
import { useSyncExternalStore, type ReactNode } from 'react';
import { frameRows } from '../rows/frame.js';
import type { ChromeFrame, ChromeModel, ChromeStore } from './chrome-model.js';

export function Chrome({ store }: { readonly store: ChromeStore }): ReactNode {
  const model = useSyncExternalStore(store.subscribe, store.get);
  return (
    <Box width={model.columns} height={model.rows} flexShrink={0}>
      {model.lines.map(({ top, row }) => (
        <Placed key={`line ${top}`} top={top} left={0} width={model.columns} height={1} text={row} />
      ))}
      {model.frames.map((frame, i) => (
        <Frame key={i} frame={frame} paint={model.paint} />
      ))}
    </Box>
  );
}

function Frame({ frame, paint }: { readonly frame: ChromeFrame; readonly paint: ChromeModel['paint'] }): ReactNode {
  return <Placed {...frame.rect} text={frameRows(frame.rect, frame, paint).join('\n')} />;
}

interface PlacedProps {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

/** Exactly so many cells at exactly this place: one row too wide and ink would wrap them all. */
function Placed({ top, left, width, height, text }: PlacedProps): ReactNode {
  return (
    <Box position="absolute" marginTop={top} marginLeft={left} width={width} height={height} flexShrink={0}>
      <Text wrap="truncate">{text}</Text>
    </Box>
  );
}
