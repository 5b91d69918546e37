import { trustOwnScripts } from './trusted-scripts.ts';

// Next runs this file in the browser before all else of the page.
trustOwnScripts();
