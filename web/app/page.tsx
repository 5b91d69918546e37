import { redirect } from 'next/navigation';

/** There is one page so far. */
export default function Home(): never {
  redirect('/chat');
}
