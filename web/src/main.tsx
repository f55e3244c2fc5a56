import './style.css';
import { render } from 'preact';
import { App } from './app';
import { findDevelopment } from './session';

void findDevelopment();
const root = document.getElementById('app');
if (root) render(<App />, root);
