// Under CI the random tests draw the same each time: what fails there is a change's own doing, and fails again at home.
// At home they draw anew, and print the seed of what fails.
import fc from 'fast-check';

fc.configureGlobal({ seed: 20261123 });
