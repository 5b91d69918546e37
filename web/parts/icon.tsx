import type { ReactNode } from 'react';

/** The drawings of the interface, on a grid of 20 units, drawn in the colour of the text. */
const drawings = {
  chat: (
    <path d="M5.8 4h8.4a2.3 2.3 0 0 1 2.3 2.3v5.4a2.3 2.3 0 0 1-2.3 2.3H9l-3.6 2.7V14a2.3 2.3 0 0 1-1.9-2.3V6.3A2.3 2.3 0 0 1 5.8 4z" />
  ),
  rail: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="2.6" />
      <path d="M8 4v12" />
    </>
  ),
  menu: <path d="M3.5 6.5h13M3.5 13.5h9" />,
  compose: (
    <>
      <path d="M10.5 4H6.4A2.4 2.4 0 0 0 4 6.4v7.2A2.4 2.4 0 0 0 6.4 16h7.2a2.4 2.4 0 0 0 2.4-2.4V9.5" />
      <path d="m8.3 11.7.4-2.2 6.2-6.2a1.27 1.27 0 0 1 1.8 1.8l-6.2 6.2z" />
    </>
  ),
  search: (
    <>
      <circle cx="9" cy="9" r="5.2" />
      <path d="m13 13 3.7 3.7" />
    </>
  ),
  document: (
    <>
      <path d="M11 3H6.6A1.6 1.6 0 0 0 5 4.6v10.8A1.6 1.6 0 0 0 6.6 17h6.8a1.6 1.6 0 0 0 1.6-1.6V7z" />
      <path d="M11 3v4h4M8 10.5h4M8 13.5h4" />
    </>
  ),
  tasks: <path d="m3.3 6 1.4 1.4L7.3 4.8M3.3 13.4l1.4 1.4 2.6-2.6M10.3 6.2h6.4M10.3 13.6h6.4" />,
  book: (
    <path d="M10 5.6C8.6 4.5 6.4 4 3.4 4v10.8c3 0 5.2.5 6.6 1.6 1.4-1.1 3.6-1.6 6.6-1.6V4c-3 0-5.2.5-6.6 1.6zM10 5.6v10.8" />
  ),
  chart: <path d="M4 16.2v-4.4M8 16.2V7.4M12 16.2v-6.6M16 16.2V3.8" />,
  settings: (
    <>
      <path d="M3 6.2h7.4M15 6.2h2M3 13.8h2M9.6 13.8H17" />
      <circle cx="12.7" cy="6.2" r="2.2" />
      <circle cx="7.3" cy="13.8" r="2.2" />
    </>
  ),
  copy: (
    <>
      <rect x="7.2" y="7.2" width="9" height="9" rx="2" />
      <path d="M12.8 7.2V5.8a2 2 0 0 0-2-2h-5a2 2 0 0 0-2 2v5a2 2 0 0 0 2 2h1.4" />
    </>
  ),
  check: <path d="m4.5 10.6 3.6 3.6 7.4-8.2" />,
  'thumb-up': (
    <path d="M6.4 9v7.4H4.6a1.2 1.2 0 0 1-1.2-1.2v-5A1.2 1.2 0 0 1 4.6 9zm0 0 3-5.6c1.2.1 1.9.9 1.9 2.1v2.9h3.6a1.6 1.6 0 0 1 1.6 1.9l-.9 4.7a1.7 1.7 0 0 1-1.7 1.4H6.4" />
  ),
  'thumb-down': (
    <g transform="rotate(180 10 10)">
      <path d="M6.4 9v7.4H4.6a1.2 1.2 0 0 1-1.2-1.2v-5A1.2 1.2 0 0 1 4.6 9zm0 0 3-5.6c1.2.1 1.9.9 1.9 2.1v2.9h3.6a1.6 1.6 0 0 1 1.6 1.9l-.9 4.7a1.7 1.7 0 0 1-1.7 1.4H6.4" />
    </g>
  ),
  again: <path d="M15.9 8A6.2 6.2 0 1 0 16.2 11M16.2 4v4h-4" />,
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="4.6" cy="10" r="1.35" />
      <circle cx="10" cy="10" r="1.35" />
      <circle cx="15.4" cy="10" r="1.35" />
    </g>
  ),
  back: <path d="M8 5 4.2 8.8 8 12.6M4.4 8.8h7.4a4 4 0 0 1 0 8H9.6" />,
  right: <path d="m8 5.5 4.5 4.5L8 14.5" />,
  left: <path d="M12 5.5 7.5 10l4.5 4.5" />,
  fold: <path d="m6 8 4 4 4-4" />,
  send: <path d="M10 16V4.4M5 9.2l5-5 5 5" />,
  latest: <path d="M10 4v11.4M5.2 10.8l4.8 4.8 4.8-4.8" />,
  stop: (
    <rect x="5.8" y="5.8" width="8.4" height="8.4" rx="1.8" fill="currentColor" stroke="none" />
  ),
  plus: <path d="M10 4.2v11.6M4.2 10h11.6" />,
  plug: <path d="M7.2 3v3.6M12.8 3v3.6M4.8 6.6h10.4v2.6a5.2 5.2 0 0 1-10.4 0zM10 14.4V17" />,
  pulse: <path d="M2.6 10.4h3l2-5.6 4.4 10.6 2.2-5h3.2" />,
  flask: (
    <path d="M7.4 3h5.2M8.4 3v4.6l-3.9 6.8A1.7 1.7 0 0 0 6 17h8a1.7 1.7 0 0 0 1.5-2.6l-3.9-6.8V3M6.6 12h6.8" />
  ),
  alert: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 6.4v4.2" />
      <circle cx="10" cy="13.4" r=".9" fill="currentColor" stroke="none" />
    </>
  ),
  clock: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 6v4.2l2.7 1.7" />
    </>
  ),
  halt: (
    <>
      <circle cx="10" cy="10" r="7" />
      <rect x="7.6" y="7.6" width="4.8" height="4.8" rx="1" fill="currentColor" stroke="none" />
    </>
  ),
  cut: <path d="M2.8 10h3.6M13.6 10h3.6M8.6 5.6 7.4 14.4M12.6 5.6l-1.2 8.8" />,
  close: <path d="m5.2 5.2 9.6 9.6M14.8 5.2l-9.6 9.6" />,
  open: (
    <path d="M8.2 5H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h7a2 2 0 0 0 2-2v-2.2M11.4 4H16v4.6M15.8 4.2 9.2 10.8" />
  ),
  shield: <path d="M10 3 4.2 5.1v4.3c0 3.5 2.3 6 5.8 7.6 3.5-1.6 5.8-4.1 5.8-7.6V5.1z" />,
  upload: (
    <path d="M10 12.8V3.8M6.2 7.4 10 3.6l3.8 3.8M3.8 12.6v1.9A1.9 1.9 0 0 0 5.7 16.4h8.6a1.9 1.9 0 0 0 1.9-1.9v-1.9" />
  ),
  download: (
    <path d="M10 3.6v9M6.2 9l3.8 3.8L13.8 9M3.8 12.6v1.9A1.9 1.9 0 0 0 5.7 16.4h8.6a1.9 1.9 0 0 0 1.9-1.9v-1.9" />
  ),
  trash: (
    <path d="M3.8 6h12.4M8 6V4.6a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1V6M5.4 6l.7 9a1.4 1.4 0 0 0 1.4 1.3h5a1.4 1.4 0 0 0 1.4-1.3l.7-9" />
  ),
  edit: <path d="m4 16 .8-3.5 8.3-8.3a1.9 1.9 0 0 1 2.7 2.7l-8.3 8.3z" />,
  globe: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M3.2 10h13.6M10 3c2.2 2 3.2 4.3 3.2 7s-1 5-3.2 7c-2.2-2-3.2-4.3-3.2-7s1-5 3.2-7z" />
    </>
  ),
  moon: <path d="M16.3 11.8A6.8 6.8 0 0 1 8.2 3.7a6.8 6.8 0 1 0 8.1 8.1z" />,
  key: (
    <>
      <circle cx="7" cy="13" r="3.4" />
      <path d="m9.5 10.5 6.8-6.8M13 7l2.3 2.3" />
    </>
  ),
  cloud: <path d="M6 15.5a3.5 3.5 0 0 1-.4-7A4.6 4.6 0 0 1 14.4 9a3.3 3.3 0 0 1-.2 6.5z" />,
  bolt: <path d="M11 3 5 11.2h4.4L8.8 17 15 8.8h-4.4z" />,
} as const;

export type IconName = keyof typeof drawings;

export interface IconProps {
  readonly name: IconName;
  readonly size?: 'small';
}

/** A drawing beside words, or in a button that has a name. Screen readers skip it. */
export function Icon({ name, size }: IconProps): ReactNode {
  return (
    <svg className="icon" data-size={size} viewBox="0 0 20 20" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}

/** The mark of Streambed: a stream and two stones. */
export function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M18 3.2c-8 .2-11.6 1.9-11.6 4.9S9 12 12 12s5.6.9 5.6 3.9S14 20.6 6 20.8"
        strokeWidth="3"
      />
      <g stroke="none" fill="currentColor">
        <circle cx="14.1" cy="7.6" r="1.9" />
        <circle cx="9.9" cy="16.4" r="1.9" />
      </g>
    </svg>
  );
}
