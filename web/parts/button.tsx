import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'bare';
  readonly icon?: IconName;
}

/** A button with words. A view has one `primary` button at most. */
export function Button({ kind = 'plain', icon, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" {...rest} className={kind === 'plain' ? 'button' : `button ${kind}`}>
      {icon !== undefined && <Icon name={icon} size="small" />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: IconName;
  /** What the button does, for screen readers and as a tooltip. */
  readonly label: string;
  readonly size?: 'small';
}

/** A button that shows a drawing only. */
export function IconButton(props: IconButtonProps): ReactNode {
  const { icon, label, size, className = '', ...rest } = props;
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={`icon-button ${className}`.trim()}
    >
      <Icon name={icon} {...(size && { size })} />
    </button>
  );
}
