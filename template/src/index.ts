export { default } from "cordon";
