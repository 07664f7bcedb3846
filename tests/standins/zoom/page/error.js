// "Error - Zoom": one line, with its code as Zoom writes it.
const { errorMessage, errorCode } = window.MeetingConfig;
document.getElementById("error-message").textContent = errorMessage.includes(`(${errorCode})`) ? errorMessage : `${errorMessage} (${errorCode})`;
